-- @trigger ledger_lot_before_transaction ON ledger_lot
CREATE TRIGGER ledger_lot_before_transaction BEFORE INSERT ON ledger_lot FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_before_transaction')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
END;

-- @trigger ledger_lot_starts_full ON ledger_lot
CREATE TRIGGER ledger_lot_starts_full BEFORE INSERT ON ledger_lot FOR EACH ROW WHEN (NEW.remaining_minor <> NEW.amount_minor OR NEW.reserved_minor <> 0)
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_starts_full');
END;

-- @trigger ledger_lot_moves_by_use ON ledger_lot
CREATE TRIGGER ledger_lot_moves_by_use BEFORE UPDATE ON ledger_lot FOR EACH ROW WHEN (NEW.remaining_minor <> OLD.remaining_minor)
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_moves_by_use')
   WHERE NEW.remaining_minor IS NOT (SELECT remaining_after_minor FROM ledger_lotuse
                                      WHERE lot_id = NEW.id ORDER BY id DESC LIMIT 1);
END;

-- @trigger ledger_lot_identity ON ledger_lot
CREATE TRIGGER ledger_lot_identity BEFORE UPDATE ON ledger_lot FOR EACH ROW WHEN (
  NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.transaction_id <> OLD.transaction_id
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.funding <> OLD.funding OR NEW.given_by <> OLD.given_by
  OR NEW.first_expires_at IS NOT OLD.first_expires_at OR NEW.born_at <> OLD.born_at
  OR NEW.currency <> OLD.currency)
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_identity');
END;

-- @trigger ledger_lot_reserved_by_holds ON ledger_lot
CREATE TRIGGER ledger_lot_reserved_by_holds BEFORE UPDATE ON ledger_lot FOR EACH ROW WHEN (NEW.reserved_minor <> OLD.reserved_minor)
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_reserved_by_holds')
   WHERE NEW.reserved_minor <> COALESCE((SELECT SUM(h.amount_minor - h.captured_minor) FROM ledger_holdlot h
           JOIN ledger_hold o ON o.id = h.hold_id WHERE h.lot_id = NEW.id AND o.status = 'OPEN'), 0);
END;

-- @trigger ledger_lotuse_before_transaction ON ledger_lotuse
CREATE TRIGGER ledger_lotuse_before_transaction BEFORE INSERT ON ledger_lotuse FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotuse_before_transaction')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
END;

-- @trigger ledger_lotuse_chain ON ledger_lotuse
CREATE TRIGGER ledger_lotuse_chain AFTER INSERT ON ledger_lotuse FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotuse_chain') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_lot WHERE id = NEW.lot_id AND remaining_minor - NEW.amount_minor = NEW.remaining_after_minor);
  SELECT RAISE(ABORT, 'ledger_lot_reserved_within_remaining_within_amount') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_lot WHERE id = NEW.lot_id AND NEW.remaining_after_minor BETWEEN reserved_minor AND amount_minor);
  UPDATE ledger_lot SET remaining_minor = NEW.remaining_after_minor WHERE id = NEW.lot_id;
END;

-- @trigger ledger_lot_expires_as_told ON ledger_lot
CREATE TRIGGER ledger_lot_expires_as_told BEFORE UPDATE ON ledger_lot FOR EACH ROW WHEN (NEW.expires_at IS NOT OLD.expires_at)
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_expires_as_told') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_lotexpiry told
     WHERE told.id = (SELECT MAX(id) FROM ledger_lotexpiry WHERE lot_id = NEW.id)
       AND told.before IS OLD.expires_at AND told.after IS NEW.expires_at);
END;

-- @trigger ledger_lotexpiry_chain ON ledger_lotexpiry
CREATE TRIGGER ledger_lotexpiry_chain AFTER INSERT ON ledger_lotexpiry FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotexpiry_chain') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_lot WHERE id = NEW.lot_id AND expires_at IS NEW.before AND expires_at IS NOT NEW.after);
  UPDATE ledger_lot SET expires_at = NEW.after WHERE id = NEW.lot_id;
END;
