-- @trigger ledger_hold_whole_units ON ledger_hold
CREATE TRIGGER ledger_hold_whole_units BEFORE INSERT ON ledger_hold FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_whole_units')
   WHERE typeof(NEW.amount_minor) <> 'integer'
      OR EXISTS (SELECT 1 FROM ledger_holdlot WHERE hold_id = NEW.id AND typeof(amount_minor) <> 'integer');
END;

-- @trigger ledger_hold_starts_open ON ledger_hold
CREATE TRIGGER ledger_hold_starts_open BEFORE INSERT ON ledger_hold FOR EACH ROW WHEN (NEW.status <> 'OPEN' OR NEW.captured_minor <> 0)
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_starts_open');
END;

-- @trigger ledger_hold_reserves ON ledger_hold
CREATE TRIGGER ledger_hold_reserves AFTER INSERT ON ledger_hold FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_reserves')
   WHERE NEW.amount_minor <> COALESCE((SELECT SUM(amount_minor) FROM ledger_holdlot WHERE hold_id = NEW.id), 0)
      OR EXISTS (SELECT 1 FROM ledger_holdlot h JOIN ledger_lot l ON l.id = h.lot_id
                  WHERE h.hold_id = NEW.id AND (l.account_id <> NEW.account_id OR l.expires_at <= NEW.created_at));
  SELECT RAISE(ABORT, 'ledger_account_status_forbids') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id
       AND (status = 'OPEN' OR (status = 'FROZEN' AND NEW.actor_kind = 'STAFF')));
  SELECT RAISE(ABORT, 'ledger_lot_reserved_within_remaining_within_amount') WHERE EXISTS (
    SELECT 1 FROM ledger_holdlot h JOIN ledger_lot l ON l.id = h.lot_id
     WHERE h.hold_id = NEW.id AND l.reserved_minor + h.amount_minor > l.remaining_minor);
  UPDATE ledger_lot
     SET reserved_minor = reserved_minor + (SELECT amount_minor FROM ledger_holdlot
                                             WHERE hold_id = NEW.id AND lot_id = ledger_lot.id)
   WHERE id IN (SELECT lot_id FROM ledger_holdlot WHERE hold_id = NEW.id);
  UPDATE ledger_account SET held_minor = held_minor + NEW.amount_minor WHERE id = NEW.account_id;
END;

-- @trigger ledger_hold_ends_once ON ledger_hold
CREATE TRIGGER ledger_hold_ends_once BEFORE UPDATE ON ledger_hold FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_ends_once')
   WHERE OLD.status <> 'OPEN'
      OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.amount_minor <> OLD.amount_minor
      OR NEW.key IS NOT OLD.key OR NEW.created_at <> OLD.created_at OR NEW.reference <> OLD.reference
      OR NEW.actor_kind <> OLD.actor_kind OR NEW.actor_id <> OLD.actor_id OR NEW.actor_label <> OLD.actor_label
      OR NEW.door <> OLD.door OR NEW.request_id <> OLD.request_id OR NEW.closed_at < OLD.created_at
      OR NEW.captured_minor <> (SELECT SUM(captured_minor) FROM ledger_holdlot WHERE hold_id = NEW.id);
END;

-- @trigger ledger_hold_releases ON ledger_hold
CREATE TRIGGER ledger_hold_releases AFTER UPDATE ON ledger_hold FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor OR NEW.status <> OLD.status)
BEGIN
  UPDATE ledger_lot
     SET reserved_minor = COALESCE((SELECT SUM(h.amount_minor - h.captured_minor) FROM ledger_holdlot h
           JOIN ledger_hold o ON o.id = h.hold_id WHERE h.lot_id = ledger_lot.id AND o.status = 'OPEN'), 0)
   WHERE id IN (SELECT lot_id FROM ledger_holdlot WHERE hold_id = NEW.id);
  UPDATE ledger_account
     SET held_minor = COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
           WHERE account_id = NEW.account_id AND status = 'OPEN'), 0)
   WHERE id = NEW.account_id;
END;

-- @trigger ledger_holdlot_before_hold ON ledger_holdlot
CREATE TRIGGER ledger_holdlot_before_hold BEFORE INSERT ON ledger_holdlot FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_holdlot_before_hold')
   WHERE NEW.captured_minor <> 0 OR EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id);
END;

-- @trigger ledger_holdlot_only_captures ON ledger_holdlot
CREATE TRIGGER ledger_holdlot_only_captures BEFORE UPDATE ON ledger_holdlot FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_holdlot_only_captures')
   WHERE NEW.id <> OLD.id OR NEW.hold_id <> OLD.hold_id OR NEW.lot_id <> OLD.lot_id
      OR NEW.amount_minor <> OLD.amount_minor OR NEW.captured_minor < OLD.captured_minor
      OR typeof(NEW.captured_minor) <> 'integer'
      OR NOT EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND status = 'OPEN');
END;

-- @trigger ledger_holdlot_only_captures_delete ON ledger_holdlot
CREATE TRIGGER ledger_holdlot_only_captures_delete BEFORE DELETE ON ledger_holdlot FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_holdlot_only_captures');
END;

-- @trigger ledger_holdlot_captures ON ledger_holdlot
CREATE TRIGGER ledger_holdlot_captures AFTER UPDATE ON ledger_holdlot FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor)
BEGIN
  UPDATE ledger_hold SET captured_minor = (SELECT SUM(captured_minor) FROM ledger_holdlot WHERE hold_id = NEW.hold_id)
   WHERE id = NEW.hold_id;
END;
