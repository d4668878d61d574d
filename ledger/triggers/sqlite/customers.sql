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

-- Whoever is merged points at somebody who is themself, so that no way goes in a circle: it has one step. Nobody points at
-- them any more, and nothing can move on their accounts.
-- @trigger ledger_customer_merged_once ON ledger_customer
CREATE TRIGGER ledger_customer_merged_once BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN (
  NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS NOT OLD.merged_into_id)
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_merged_once')
   WHERE NOT EXISTS (SELECT 1 FROM ledger_customer o
                      WHERE o.id = NEW.merged_into_id AND o.merged_into_id IS NULL AND o.test_mode = NEW.test_mode)
      OR EXISTS (SELECT 1 FROM ledger_customer o WHERE o.merged_into_id = NEW.id)
      OR EXISTS (SELECT 1 FROM ledger_account a
                  WHERE a.customer_id = NEW.id AND a.kind = 'STORE_CREDIT' AND a.status <> 'CLOSED');
END;

-- Nobody begins as somebody else, or as nobody.
-- @trigger ledger_customer_begins ON ledger_customer
CREATE TRIGGER ledger_customer_begins BEFORE INSERT ON ledger_customer FOR EACH ROW WHEN (
  NEW.merged_into_id IS NOT NULL OR NEW.anonymised_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_begins');
END;
