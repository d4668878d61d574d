-- The rules of the books that a CHECK cannot say. Each refusal carries the rule's name as its message.
-- A trigger starts at its "@trigger NAME ON TABLE" line.
--
-- The conflict clause of a statement rules inside the triggers that it fires, too: under INSERT OR IGNORE or OR FAIL
-- a CHECK that an inner UPDATE breaks would not take the outer row back. So a trigger tests what its UPDATE must meet,
-- and refuses by RAISE(ABORT), which no clause softens.

-- @trigger ledger_transaction_immutable ON ledger_transaction
CREATE TRIGGER ledger_transaction_immutable BEFORE UPDATE ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_immutable');
END;

-- @trigger ledger_transaction_immutable_delete ON ledger_transaction
CREATE TRIGGER ledger_transaction_immutable_delete BEFORE DELETE ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_immutable');
END;

-- @trigger ledger_lotuse_immutable ON ledger_lotuse
CREATE TRIGGER ledger_lotuse_immutable BEFORE UPDATE ON ledger_lotuse FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotuse_immutable');
END;

-- @trigger ledger_lotuse_immutable_delete ON ledger_lotuse
CREATE TRIGGER ledger_lotuse_immutable_delete BEFORE DELETE ON ledger_lotuse FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotuse_immutable');
END;

-- SQLite would keep 0.5, infinity or a word in a column of integers.
-- @trigger ledger_transaction_whole_units ON ledger_transaction
CREATE TRIGGER ledger_transaction_whole_units BEFORE INSERT ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_whole_units')
   WHERE typeof(NEW.amount_minor) <> 'integer' OR typeof(NEW.balance_after_minor) <> 'integer'
      OR typeof(NEW.sequence) <> 'integer'
      OR EXISTS (SELECT 1 FROM ledger_lot WHERE transaction_id = NEW.id AND typeof(amount_minor) <> 'integer')
      OR EXISTS (SELECT 1 FROM ledger_lotuse WHERE transaction_id = NEW.id AND typeof(amount_minor) <> 'integer');
END;

-- The insert of a transaction closes the posting: it moves the account, or there is no transaction.
-- @trigger ledger_transaction_chain ON ledger_transaction
CREATE TRIGGER ledger_transaction_chain AFTER INSERT ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_status_forbids') WHERE EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id
       AND (status = 'CLOSED' OR (status = 'FROZEN' AND NEW.actor_kind <> 'STAFF')));
  SELECT RAISE(ABORT, 'ledger_transaction_currency') WHERE EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND currency <> NEW.currency);
  SELECT RAISE(ABORT, 'ledger_transaction_chain') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND sequence = NEW.sequence - 1
       AND balance_minor + NEW.amount_minor = NEW.balance_after_minor AND held_minor <= NEW.balance_after_minor);
  UPDATE ledger_account SET balance_minor = NEW.balance_after_minor, sequence = NEW.sequence WHERE id = NEW.account_id;
END;

-- What a transaction does to lots is its amount, all in one direction: old credit is not made into new on the way.
-- @trigger ledger_transaction_lots ON ledger_transaction
CREATE TRIGGER ledger_transaction_lots AFTER INSERT ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_lots')
   WHERE COALESCE((SELECT SUM(amount_minor) FROM ledger_lot WHERE transaction_id = NEW.id), 0)
         - COALESCE((SELECT SUM(amount_minor) FROM ledger_lotuse WHERE transaction_id = NEW.id), 0) <> NEW.amount_minor
      OR EXISTS (SELECT 1 FROM ledger_lot
                  WHERE transaction_id = NEW.id AND (account_id <> NEW.account_id OR NEW.amount_minor < 0))
      OR EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.transaction_id = NEW.id
                    AND (l.account_id <> NEW.account_id OR (u.amount_minor > 0) = (NEW.amount_minor > 0)));
END;

-- @trigger ledger_transaction_spends_live_credit ON ledger_transaction
CREATE TRIGGER ledger_transaction_spends_live_credit AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.amount_minor < 0 AND NEW.type IN ('REDEEM', 'TRANSFER') AND NEW.hold_id IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_spends_live_credit') WHERE EXISTS (
    SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
     WHERE u.transaction_id = NEW.id AND u.amount_minor > 0 AND l.expires_at <= NEW.created_at);
END;

-- @trigger ledger_transaction_expires_dead_credit ON ledger_transaction
CREATE TRIGGER ledger_transaction_expires_dead_credit AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.type = 'EXPIRE')
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_expires_dead_credit') WHERE EXISTS (
    SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
     WHERE u.transaction_id = NEW.id AND (l.expires_at IS NULL OR l.expires_at > NEW.created_at));
END;

-- @trigger ledger_transaction_undoes_once ON ledger_transaction
CREATE TRIGGER ledger_transaction_undoes_once AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_undoes_once') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_transaction target
     WHERE target.id = NEW.reverses_id
       AND target.type NOT IN ('REVERSE', 'REFUND', 'TRANSFER')
       AND target.currency = NEW.currency
       AND target.counter_account = NEW.counter_account
       AND (target.amount_minor > 0) <> (NEW.amount_minor > 0)
       AND ABS((SELECT SUM(amount_minor) FROM ledger_transaction WHERE reverses_id = NEW.reverses_id))
           <= ABS(target.amount_minor)
       AND (NEW.type <> 'REVERSE' OR (target.account_id = NEW.account_id AND target.amount_minor = -NEW.amount_minor))
       AND (NEW.type <> 'REFUND' OR target.type = 'REDEEM'));
END;

-- @trigger ledger_transaction_captures_its_hold ON ledger_transaction
CREATE TRIGGER ledger_transaction_captures_its_hold AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_captures_its_hold') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND account_id = NEW.account_id
       AND captured_minor = (SELECT -SUM(amount_minor) FROM ledger_transaction WHERE hold_id = NEW.hold_id));
  SELECT RAISE(ABORT, 'ledger_transaction_captures_its_hold') WHERE EXISTS (
    SELECT 1 FROM ledger_lotuse u
     WHERE u.transaction_id = NEW.id
       AND NOT EXISTS (SELECT 1 FROM ledger_holdlot h WHERE h.hold_id = NEW.hold_id AND h.lot_id = u.lot_id
             AND h.captured_minor = (SELECT SUM(v.amount_minor) FROM ledger_lotuse v
                   JOIN ledger_transaction t ON t.id = v.transaction_id
                  WHERE t.hold_id = NEW.hold_id AND v.lot_id = u.lot_id)));
END;

-- @trigger ledger_account_starts_empty ON ledger_account
CREATE TRIGGER ledger_account_starts_empty BEFORE INSERT ON ledger_account FOR EACH ROW WHEN (NEW.balance_minor <> 0 OR NEW.held_minor <> 0 OR NEW.sequence <> 0)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_starts_empty');
END;

-- @trigger ledger_account_moves_by_transaction ON ledger_account
CREATE TRIGGER ledger_account_moves_by_transaction BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor OR NEW.sequence <> OLD.sequence)
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_moves_by_transaction')
   WHERE NEW.sequence <> OLD.sequence + 1
      OR NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE account_id = NEW.id AND sequence = NEW.sequence
                        AND balance_after_minor = NEW.balance_minor);
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

-- @trigger ledger_lot_no_delete ON ledger_lot
CREATE TRIGGER ledger_lot_no_delete BEFORE DELETE ON ledger_lot FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lot_no_delete');
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
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.funding <> OLD.funding)
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
      OR NEW.door <> OLD.door OR NEW.request_id <> OLD.request_id
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

-- @trigger ledger_hold_no_delete ON ledger_hold
CREATE TRIGGER ledger_hold_no_delete BEFORE DELETE ON ledger_hold FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_no_delete');
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
