-- @trigger ledger_reason_booking_is_final ON ledger_reason
CREATE OR REPLACE FUNCTION ledger_reason_booking_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_transaction WHERE reason_id = OLD.code) THEN
    RAISE EXCEPTION 'ledger_reason_booking_is_final' USING ERRCODE = '23000', CONSTRAINT = 'ledger_reason_booking_is_final';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_reason_booking_is_final BEFORE UPDATE ON ledger_reason
FOR EACH ROW WHEN (NEW.code <> OLD.code OR NEW.funding <> OLD.funding OR NEW.counter_account <> OLD.counter_account)
EXECUTE FUNCTION ledger_reason_booking_is_final();

-- @trigger ledger_reason_no_delete ON ledger_reason
CREATE OR REPLACE FUNCTION ledger_reason_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_transaction WHERE reason_id = OLD.code) THEN
    RAISE EXCEPTION 'ledger_reason_no_delete' USING ERRCODE = '23000', CONSTRAINT = 'ledger_reason_no_delete';
  END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER ledger_reason_no_delete BEFORE DELETE ON ledger_reason
FOR EACH ROW EXECUTE FUNCTION ledger_reason_no_delete();
