-- Nobody approves or refuses a correction of what is their own as a customer. What they asked for, they may take back.
-- @trigger finance_correction_of_oneself ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(NEW.decided_by_id, ARRAY[
       (SELECT a.customer_id FROM ledger_account a WHERE a.id = NEW.account_id),
       (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.account_id = NEW.account_id)]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_correction_of_oneself BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (NEW.status IN ('APPROVED', 'REJECTED') AND NEW.status <> OLD.status)
EXECUTE FUNCTION finance_correction_of_oneself();
