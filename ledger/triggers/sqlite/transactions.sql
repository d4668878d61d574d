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

-- As `dated` says of other histories, which costs a trigger of its own: what happened at no time no page could show.
-- @trigger ledger_transaction_dated ON ledger_transaction
CREATE TRIGGER ledger_transaction_dated BEFORE INSERT ON ledger_transaction FOR EACH ROW
WHEN NEW.created_at < '1900-01-01 00:00:00' OR NEW.created_at >= '2200-01-01 00:00:00'
  OR STRFTIME('%Y-%m-%d %H:%M:%S', SUBSTR(NEW.created_at, 1, 19), '+0 days') IS NOT SUBSTR(NEW.created_at, 1, 19)
  OR SUBSTR(NEW.created_at || '.0', 20, 2) NOT GLOB '.[0-9]'
  OR SUBSTR(NEW.created_at, 21) GLOB '*[^0-9]*' OR LENGTH(NEW.created_at) > 26
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_dated');
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
  SELECT RAISE(ABORT, 'ledger_transaction_never_goes_back') WHERE EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND last_entry_at > NEW.created_at);
  SELECT RAISE(ABORT, 'ledger_transaction_after_cut') WHERE EXISTS (
    SELECT 1 FROM ledger_cut WHERE boundary > NEW.created_at);
  SELECT RAISE(ABORT, 'ledger_transaction_chain') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND sequence = NEW.sequence - 1
       AND balance_minor + NEW.amount_minor = NEW.balance_after_minor AND held_minor <= NEW.balance_after_minor);
  UPDATE ledger_account
     SET balance_minor = NEW.balance_after_minor, sequence = NEW.sequence, last_entry_at = NEW.created_at
   WHERE id = NEW.account_id;
END;

-- What a transaction does to lots is its amount, all in one direction: old credit is not made into new on the way.
-- @trigger ledger_transaction_lots ON ledger_transaction
CREATE TRIGGER ledger_transaction_lots AFTER INSERT ON ledger_transaction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_lots')
   WHERE COALESCE((SELECT SUM(amount_minor) FROM ledger_lot WHERE transaction_id = NEW.id), 0)
         - COALESCE((SELECT SUM(amount_minor) FROM ledger_lotuse WHERE transaction_id = NEW.id), 0) <> NEW.amount_minor
      OR EXISTS (SELECT 1 FROM ledger_lot
                  WHERE transaction_id = NEW.id
                    AND (account_id <> NEW.account_id OR NEW.amount_minor < 0 OR born_at <> NEW.created_at
                         OR currency <> NEW.currency
                         OR (NEW.type IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST') AND given_by <> NEW.counter_account)))
      OR EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.transaction_id = NEW.id
                    AND (l.account_id <> NEW.account_id OR (u.amount_minor > 0) = (NEW.amount_minor > 0)));
END;

-- Credit that comes back was given by whoever gave it before. What a transfer passes on, `reconcile` compares.
-- @trigger ledger_transaction_undoing_keeps_givers ON ledger_transaction
CREATE TRIGGER ledger_transaction_undoing_keeps_givers AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.amount_minor > 0 AND NEW.type IN ('REFUND', 'REVERSE'))
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_undoing_keeps_givers') WHERE EXISTS (
    SELECT 1 FROM ledger_lot l
     WHERE l.transaction_id = NEW.id
       AND NOT EXISTS (
         SELECT 1 FROM ledger_lotuse u JOIN ledger_lot o ON o.id = u.lot_id
          WHERE u.transaction_id = NEW.reverses_id AND u.amount_minor > 0
            AND o.funding = l.funding AND o.given_by = l.given_by));
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
  SELECT RAISE(ABORT, 'ledger_transaction_expires_to_giver') WHERE EXISTS (
    SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
     WHERE u.transaction_id = NEW.id AND NEW.counter_account <> CASE
       WHEN l.given_by IN ('CASH', 'RETURNS', 'OPENING') THEN 'BREAKAGE' ELSE l.given_by END);
END;

-- @trigger ledger_transaction_undoes_once ON ledger_transaction
CREATE TRIGGER ledger_transaction_undoes_once AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_undoes_once') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_transaction target
     WHERE target.id = NEW.reverses_id
       AND target.type <> 'REVERSE'
       AND target.currency = NEW.currency
       AND target.counter_account = NEW.counter_account
       AND (target.amount_minor > 0) <> (NEW.amount_minor > 0)
       AND ABS((SELECT SUM(r.amount_minor) FROM ledger_transaction r WHERE r.reverses_id = NEW.reverses_id
                   AND NOT EXISTS (SELECT 1 FROM ledger_transaction q WHERE q.reverses_id = r.id)))
           <= ABS(target.amount_minor)
       AND (NEW.type <> 'REVERSE' OR (target.account_id = NEW.account_id AND target.amount_minor = -NEW.amount_minor))
       AND (NEW.type <> 'REFUND' OR target.type = 'REDEEM'));
END;

-- @trigger ledger_transaction_captures_its_hold ON ledger_transaction
CREATE TRIGGER ledger_transaction_captures_its_hold AFTER INSERT ON ledger_transaction FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_captures_its_hold') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND account_id = NEW.account_id AND created_at <= NEW.created_at
       AND captured_minor = (SELECT -SUM(amount_minor) FROM ledger_transaction WHERE hold_id = NEW.hold_id));
  SELECT RAISE(ABORT, 'ledger_transaction_captures_its_hold') WHERE EXISTS (
    SELECT 1 FROM ledger_lotuse u
     WHERE u.transaction_id = NEW.id
       AND NOT EXISTS (SELECT 1 FROM ledger_holdlot h WHERE h.hold_id = NEW.hold_id AND h.lot_id = u.lot_id
             AND h.captured_minor = (SELECT SUM(v.amount_minor) FROM ledger_lotuse v
                   JOIN ledger_transaction t ON t.id = v.transaction_id
                  WHERE t.hold_id = NEW.hold_id AND v.lot_id = u.lot_id)));
END;
