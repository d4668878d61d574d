-- Nobody becomes a twin: the mark is for customers from before their numbers were one whatever their capitals.
-- @trigger ledger_customer_no_new_twin ON ledger_customer
CREATE TRIGGER ledger_customer_no_new_twin BEFORE INSERT ON ledger_customer FOR EACH ROW WHEN NEW.twin
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_no_new_twin');
END;

-- @trigger ledger_customer_no_new_twin_update ON ledger_customer
CREATE TRIGGER ledger_customer_no_new_twin_update BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN (
  NEW.twin AND (NOT OLD.twin OR NEW.number <> OLD.number))
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_no_new_twin');
END;
