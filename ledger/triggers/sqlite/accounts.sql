-- @trigger ledger_account_starts_empty ON ledger_account
CREATE TRIGGER ledger_account_starts_empty BEFORE INSERT ON ledger_account FOR EACH ROW WHEN (NEW.balance_minor <> 0 OR NEW.held_minor <> 0 OR NEW.sequence <> 0
  OR NEW.last_entry_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_starts_empty');
END;

-- @trigger ledger_account_moves_by_transaction ON ledger_account
CREATE TRIGGER ledger_account_moves_by_transaction BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor OR NEW.sequence <> OLD.sequence
  OR NEW.last_entry_at IS NOT OLD.last_entry_at)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_moves_by_transaction')
   WHERE NEW.sequence <> OLD.sequence + 1
      OR NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE account_id = NEW.id AND sequence = NEW.sequence
                        AND balance_after_minor = NEW.balance_minor AND created_at = NEW.last_entry_at);
END;

-- @trigger ledger_account_held_by_holds ON ledger_account
CREATE TRIGGER ledger_account_held_by_holds BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.held_minor <> OLD.held_minor)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_held_by_holds')
   WHERE NEW.held_minor <> COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
                                      WHERE account_id = NEW.id AND status = 'OPEN'), 0);
END;

-- @trigger ledger_account_identity ON ledger_account
CREATE TRIGGER ledger_account_identity BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (
  NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency
  OR NEW.test_mode <> OLD.test_mode OR (OLD.kind = 'STORE_CREDIT' AND NEW.customer_id IS NOT OLD.customer_id))
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_identity');
END;

-- @trigger ledger_account_no_delete ON ledger_account
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account FOR EACH ROW WHEN (OLD.sequence <> 0)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_no_delete');
END;

-- A line tells of a change that is about to be made: from the state that the account is in.
-- @trigger ledger_accountevent_chain ON ledger_accountevent
CREATE TRIGGER ledger_accountevent_chain BEFORE INSERT ON ledger_accountevent FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_accountevent_chain') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND status = NEW.from_status);
END;

-- An account is frozen, unfrozen, closed or reopened only as its newest line says.
-- @trigger ledger_account_status_is_told ON ledger_account
CREATE TRIGGER ledger_account_status_is_told BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.status <> OLD.status)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_status_is_told') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_accountevent
     WHERE id = (SELECT id FROM ledger_accountevent WHERE account_id = NEW.id ORDER BY id DESC LIMIT 1)
       AND from_status = OLD.status AND to_status = NEW.status);
END;

-- Who was merged into another has no store credit any more: none is opened for them, and none of theirs opens again.
-- @trigger ledger_account_not_of_merged ON ledger_account
CREATE TRIGGER ledger_account_not_of_merged BEFORE INSERT ON ledger_account FOR EACH ROW WHEN (
  NEW.kind = 'STORE_CREDIT')
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_not_of_merged')
   WHERE EXISTS (SELECT 1 FROM ledger_customer c WHERE c.id = NEW.customer_id AND c.merged_into_id IS NOT NULL);
END;

-- @trigger ledger_account_of_merged_stays_closed ON ledger_account
CREATE TRIGGER ledger_account_of_merged_stays_closed BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (
  NEW.kind = 'STORE_CREDIT' AND OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED')
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_of_merged_stays_closed')
   WHERE EXISTS (SELECT 1 FROM ledger_customer c WHERE c.id = NEW.customer_id AND c.merged_into_id IS NOT NULL);
END;
