-- @trigger ledger_reason_booking_is_final ON ledger_reason
CREATE TRIGGER ledger_reason_booking_is_final BEFORE UPDATE ON ledger_reason FOR EACH ROW WHEN (
  NEW.code <> OLD.code OR NEW.funding <> OLD.funding OR NEW.counter_account <> OLD.counter_account)
BEGIN
  SELECT RAISE(ABORT, 'ledger_reason_booking_is_final')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE reason_id = OLD.code);
END;

-- @trigger ledger_reason_no_delete ON ledger_reason
CREATE TRIGGER ledger_reason_no_delete BEFORE DELETE ON ledger_reason FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_reason_no_delete')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE reason_id = OLD.code);
END;
