-- The rules of the books that a CHECK cannot say. Each refusal carries the rule's name as its constraint.
-- A trigger starts at its "@trigger NAME ON TABLE" line; the installer adds ENABLE ALWAYS to each.

-- @trigger ledger_transaction_immutable ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_immutable BEFORE UPDATE OR DELETE ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_transaction_immutable();

-- @trigger ledger_transaction_no_truncate ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
FOR EACH STATEMENT EXECUTE FUNCTION ledger_transaction_no_truncate();

-- @trigger ledger_lotuse_immutable ON ledger_lotuse
CREATE OR REPLACE FUNCTION ledger_lotuse_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lotuse_immutable BEFORE UPDATE OR DELETE ON ledger_lotuse
FOR EACH ROW EXECUTE FUNCTION ledger_lotuse_immutable();

-- @trigger ledger_lotuse_no_truncate ON ledger_lotuse
CREATE OR REPLACE FUNCTION ledger_lotuse_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lotuse_no_truncate BEFORE TRUNCATE ON ledger_lotuse
FOR EACH STATEMENT EXECUTE FUNCTION ledger_lotuse_no_truncate();

-- The insert of a transaction closes the posting: it moves the account, or there is no transaction.
-- @trigger ledger_transaction_chain ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_account
     SET balance_minor = NEW.balance_after_minor, sequence = NEW.sequence
   WHERE id = NEW.account_id
     AND sequence = NEW.sequence - 1
     AND balance_minor + NEW.amount_minor = NEW.balance_after_minor
     AND currency = NEW.currency
     AND (status = 'OPEN' OR (status = 'FROZEN' AND NEW.actor_kind = 'STAFF'));
  IF NOT FOUND THEN
    IF EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id
                 AND (status = 'CLOSED' OR (status = 'FROZEN' AND NEW.actor_kind <> 'STAFF'))) THEN
      RAISE EXCEPTION 'ledger_account_status_forbids' USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_status_forbids';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND currency <> NEW.currency) THEN
      RAISE EXCEPTION 'ledger_transaction_currency' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_currency';
    END IF;
    RAISE EXCEPTION 'ledger_transaction_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_chain';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_chain AFTER INSERT ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_transaction_chain();

-- What a transaction does to lots is its amount, all in one direction: old credit is not made into new on the way.
-- @trigger ledger_transaction_lots ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF COALESCE((SELECT SUM(amount_minor) FROM ledger_lot WHERE transaction_id = NEW.id), 0)
     - COALESCE((SELECT SUM(amount_minor) FROM ledger_lotuse WHERE transaction_id = NEW.id), 0) <> NEW.amount_minor
     OR EXISTS (SELECT 1 FROM ledger_lot
                 WHERE transaction_id = NEW.id AND (account_id <> NEW.account_id OR NEW.amount_minor < 0))
     OR EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.transaction_id = NEW.id
                   AND (l.account_id <> NEW.account_id OR sign(u.amount_minor) = sign(NEW.amount_minor))) THEN
    RAISE EXCEPTION 'ledger_transaction_lots' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_lots';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_lots AFTER INSERT ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_transaction_lots();

-- @trigger ledger_transaction_spends_live_credit ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_spends_live_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
              WHERE u.transaction_id = NEW.id AND u.amount_minor > 0 AND l.expires_at <= NEW.created_at) THEN
    RAISE EXCEPTION 'ledger_transaction_spends_live_credit'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_spends_live_credit';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_spends_live_credit AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.amount_minor < 0 AND NEW.type IN ('REDEEM', 'TRANSFER') AND NEW.hold_id IS NULL)
EXECUTE FUNCTION ledger_transaction_spends_live_credit();

-- @trigger ledger_transaction_expires_dead_credit ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_expires_dead_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
              WHERE u.transaction_id = NEW.id AND (l.expires_at IS NULL OR l.expires_at > NEW.created_at)) THEN
    RAISE EXCEPTION 'ledger_transaction_expires_dead_credit'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_expires_dead_credit';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_expires_dead_credit AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.type = 'EXPIRE') EXECUTE FUNCTION ledger_transaction_expires_dead_credit();

-- The target's account is locked first, so that two refunds of one spend onto two accounts see each other.
-- @trigger ledger_transaction_undoes_once ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_undoes_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target ledger_transaction%ROWTYPE;
  undone numeric;
BEGIN
  SELECT * INTO target FROM ledger_transaction WHERE id = NEW.reverses_id;
  PERFORM 1 FROM ledger_account WHERE id = target.account_id FOR NO KEY UPDATE;
  SELECT SUM(amount_minor) INTO undone FROM ledger_transaction WHERE reverses_id = NEW.reverses_id;
  IF target.id IS NULL
     OR target.type IN ('REVERSE', 'REFUND', 'TRANSFER')
     OR target.currency <> NEW.currency
     OR target.counter_account <> NEW.counter_account
     OR sign(target.amount_minor) = sign(NEW.amount_minor)
     OR abs(undone) > abs(target.amount_minor)
     OR (NEW.type = 'REVERSE' AND (target.account_id <> NEW.account_id OR NEW.amount_minor <> -target.amount_minor))
     OR (NEW.type = 'REFUND' AND target.type <> 'REDEEM') THEN
    RAISE EXCEPTION 'ledger_transaction_undoes_once' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_undoes_once';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_undoes_once AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_transaction_undoes_once();

-- @trigger ledger_transaction_captures_its_hold ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_captures_its_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND account_id = NEW.account_id
                    AND captured_minor = (SELECT -SUM(amount_minor) FROM ledger_transaction WHERE hold_id = NEW.hold_id))
     OR EXISTS (SELECT 1 FROM ledger_lotuse u
                 WHERE u.transaction_id = NEW.id
                   AND NOT EXISTS (SELECT 1 FROM ledger_holdlot h WHERE h.hold_id = NEW.hold_id AND h.lot_id = u.lot_id
                       AND h.captured_minor = (SELECT SUM(v.amount_minor) FROM ledger_lotuse v
                             JOIN ledger_transaction t ON t.id = v.transaction_id
                            WHERE t.hold_id = NEW.hold_id AND v.lot_id = u.lot_id))) THEN
    RAISE EXCEPTION 'ledger_transaction_captures_its_hold'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_captures_its_hold';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_captures_its_hold AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL) EXECUTE FUNCTION ledger_transaction_captures_its_hold();

-- @trigger ledger_account_starts_empty ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_starts_empty BEFORE INSERT ON ledger_account
FOR EACH ROW WHEN (NEW.balance_minor <> 0 OR NEW.held_minor <> 0 OR NEW.sequence <> 0)
EXECUTE FUNCTION ledger_account_starts_empty();

-- @trigger ledger_account_moves_by_transaction ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_moves_by_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> OLD.sequence + 1
     OR NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE account_id = NEW.id AND sequence = NEW.sequence
                       AND balance_after_minor = NEW.balance_minor) THEN
    RAISE EXCEPTION 'ledger_account_moves_by_transaction'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_moves_by_transaction';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_moves_by_transaction BEFORE UPDATE ON ledger_account
FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor OR NEW.sequence <> OLD.sequence)
EXECUTE FUNCTION ledger_account_moves_by_transaction();

-- @trigger ledger_account_held_by_holds ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_held_by_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.held_minor <> COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
                                  WHERE account_id = NEW.id AND status = 'OPEN'), 0) THEN
    RAISE EXCEPTION 'ledger_account_held_by_holds' USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_held_by_holds';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_held_by_holds BEFORE UPDATE ON ledger_account
FOR EACH ROW WHEN (NEW.held_minor <> OLD.held_minor) EXECUTE FUNCTION ledger_account_held_by_holds();

-- @trigger ledger_account_identity ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_identity BEFORE UPDATE ON ledger_account
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency
  OR NEW.test_mode <> OLD.test_mode OR (OLD.kind = 'STORE_CREDIT' AND NEW.customer_id IS DISTINCT FROM OLD.customer_id))
EXECUTE FUNCTION ledger_account_identity();

-- @trigger ledger_account_no_delete ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
FOR EACH ROW WHEN (OLD.sequence <> 0) EXECUTE FUNCTION ledger_account_no_delete();

-- @trigger ledger_lot_before_transaction ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_before_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id) THEN
    RAISE EXCEPTION 'ledger_lot_before_transaction' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lot_before_transaction';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lot_before_transaction BEFORE INSERT ON ledger_lot
FOR EACH ROW EXECUTE FUNCTION ledger_lot_before_transaction();

-- @trigger ledger_lot_starts_full ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_starts_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lot_starts_full BEFORE INSERT ON ledger_lot
FOR EACH ROW WHEN (NEW.remaining_minor <> NEW.amount_minor OR NEW.reserved_minor <> 0)
EXECUTE FUNCTION ledger_lot_starts_full();

-- @trigger ledger_lot_no_delete ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lot_no_delete BEFORE DELETE ON ledger_lot
FOR EACH ROW EXECUTE FUNCTION ledger_lot_no_delete();

-- @trigger ledger_lot_moves_by_use ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_moves_by_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.remaining_minor IS DISTINCT FROM (SELECT remaining_after_minor FROM ledger_lotuse
                                            WHERE lot_id = NEW.id ORDER BY id DESC LIMIT 1) THEN
    RAISE EXCEPTION 'ledger_lot_moves_by_use' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lot_moves_by_use';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lot_moves_by_use BEFORE UPDATE ON ledger_lot
FOR EACH ROW WHEN (NEW.remaining_minor <> OLD.remaining_minor) EXECUTE FUNCTION ledger_lot_moves_by_use();

-- @trigger ledger_lot_identity ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lot_identity BEFORE UPDATE ON ledger_lot
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.transaction_id <> OLD.transaction_id
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.funding <> OLD.funding)
EXECUTE FUNCTION ledger_lot_identity();

-- @trigger ledger_lot_reserved_by_holds ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_reserved_by_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.reserved_minor <> COALESCE((SELECT SUM(h.amount_minor - h.captured_minor) FROM ledger_holdlot h
        JOIN ledger_hold o ON o.id = h.hold_id WHERE h.lot_id = NEW.id AND o.status = 'OPEN'), 0) THEN
    RAISE EXCEPTION 'ledger_lot_reserved_by_holds' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lot_reserved_by_holds';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lot_reserved_by_holds BEFORE UPDATE ON ledger_lot
FOR EACH ROW WHEN (NEW.reserved_minor <> OLD.reserved_minor) EXECUTE FUNCTION ledger_lot_reserved_by_holds();

-- @trigger ledger_lotuse_before_transaction ON ledger_lotuse
CREATE OR REPLACE FUNCTION ledger_lotuse_before_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id) THEN
    RAISE EXCEPTION 'ledger_lotuse_before_transaction'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_lotuse_before_transaction';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lotuse_before_transaction BEFORE INSERT ON ledger_lotuse
FOR EACH ROW EXECUTE FUNCTION ledger_lotuse_before_transaction();

-- @trigger ledger_lotuse_chain ON ledger_lotuse
CREATE OR REPLACE FUNCTION ledger_lotuse_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_lot SET remaining_minor = NEW.remaining_after_minor
   WHERE id = NEW.lot_id AND remaining_minor - NEW.amount_minor = NEW.remaining_after_minor;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'ledger_lotuse_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lotuse_chain';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_lotuse_chain AFTER INSERT ON ledger_lotuse
FOR EACH ROW EXECUTE FUNCTION ledger_lotuse_chain();

-- @trigger ledger_hold_starts_open ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_starts_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_hold_starts_open BEFORE INSERT ON ledger_hold
FOR EACH ROW WHEN (NEW.status <> 'OPEN' OR NEW.captured_minor <> 0) EXECUTE FUNCTION ledger_hold_starts_open();

-- @trigger ledger_hold_reserves ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_reserves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount_minor <> COALESCE((SELECT SUM(amount_minor) FROM ledger_holdlot WHERE hold_id = NEW.id), 0)
     OR EXISTS (SELECT 1 FROM ledger_holdlot h JOIN ledger_lot l ON l.id = h.lot_id
                 WHERE h.hold_id = NEW.id AND (l.account_id <> NEW.account_id OR l.expires_at <= NEW.created_at)) THEN
    RAISE EXCEPTION 'ledger_hold_reserves' USING ERRCODE = '23000', CONSTRAINT = 'ledger_hold_reserves';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id
                    AND (status = 'OPEN' OR (status = 'FROZEN' AND NEW.actor_kind = 'STAFF'))) THEN
    RAISE EXCEPTION 'ledger_account_status_forbids' USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_status_forbids';
  END IF;
  UPDATE ledger_lot l SET reserved_minor = l.reserved_minor + h.amount_minor
    FROM ledger_holdlot h WHERE h.hold_id = NEW.id AND h.lot_id = l.id;
  UPDATE ledger_account SET held_minor = held_minor + NEW.amount_minor WHERE id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_hold_reserves AFTER INSERT ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_hold_reserves();

-- @trigger ledger_hold_ends_once ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'OPEN'
     OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.amount_minor <> OLD.amount_minor
     OR NEW.key IS DISTINCT FROM OLD.key OR NEW.created_at <> OLD.created_at OR NEW.reference <> OLD.reference
     OR NEW.actor_kind <> OLD.actor_kind OR NEW.actor_id <> OLD.actor_id OR NEW.actor_label <> OLD.actor_label
     OR NEW.door <> OLD.door OR NEW.request_id <> OLD.request_id
     OR NEW.captured_minor <> (SELECT SUM(captured_minor) FROM ledger_holdlot WHERE hold_id = NEW.id) THEN
    RAISE EXCEPTION 'ledger_hold_ends_once' USING ERRCODE = '23000', CONSTRAINT = 'ledger_hold_ends_once';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_hold_ends_once BEFORE UPDATE ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_hold_ends_once();

-- @trigger ledger_hold_releases ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_releases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_lot l
     SET reserved_minor = COALESCE((SELECT SUM(h.amount_minor - h.captured_minor) FROM ledger_holdlot h
           JOIN ledger_hold o ON o.id = h.hold_id WHERE h.lot_id = l.id AND o.status = 'OPEN'), 0)
   WHERE l.id IN (SELECT lot_id FROM ledger_holdlot WHERE hold_id = NEW.id);
  UPDATE ledger_account
     SET held_minor = COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
           WHERE account_id = NEW.account_id AND status = 'OPEN'), 0)
   WHERE id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_hold_releases AFTER UPDATE ON ledger_hold
FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor OR NEW.status <> OLD.status)
EXECUTE FUNCTION ledger_hold_releases();

-- @trigger ledger_hold_no_delete ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_hold_no_delete BEFORE DELETE ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_hold_no_delete();

-- @trigger ledger_holdlot_before_hold ON ledger_holdlot
CREATE OR REPLACE FUNCTION ledger_holdlot_before_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.captured_minor <> 0 OR EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id) THEN
    RAISE EXCEPTION 'ledger_holdlot_before_hold' USING ERRCODE = '23000', CONSTRAINT = 'ledger_holdlot_before_hold';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_holdlot_before_hold BEFORE INSERT ON ledger_holdlot
FOR EACH ROW EXECUTE FUNCTION ledger_holdlot_before_hold();

-- @trigger ledger_holdlot_only_captures ON ledger_holdlot
CREATE OR REPLACE FUNCTION ledger_holdlot_only_captures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.id <> OLD.id OR NEW.hold_id <> OLD.hold_id OR NEW.lot_id <> OLD.lot_id
     OR NEW.amount_minor <> OLD.amount_minor OR NEW.captured_minor < OLD.captured_minor
     OR NOT EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND status = 'OPEN') THEN
    RAISE EXCEPTION 'ledger_holdlot_only_captures' USING ERRCODE = '23000', CONSTRAINT = 'ledger_holdlot_only_captures';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_holdlot_only_captures BEFORE UPDATE OR DELETE ON ledger_holdlot
FOR EACH ROW EXECUTE FUNCTION ledger_holdlot_only_captures();

-- @trigger ledger_holdlot_captures ON ledger_holdlot
CREATE OR REPLACE FUNCTION ledger_holdlot_captures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_hold SET captured_minor = (SELECT SUM(captured_minor) FROM ledger_holdlot WHERE hold_id = NEW.hold_id)
   WHERE id = NEW.hold_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_holdlot_captures AFTER UPDATE ON ledger_holdlot
FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor) EXECUTE FUNCTION ledger_holdlot_captures();

-- @trigger ledger_holdlot_no_truncate ON ledger_holdlot
CREATE OR REPLACE FUNCTION ledger_holdlot_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_holdlot_no_truncate BEFORE TRUNCATE ON ledger_holdlot
FOR EACH STATEMENT EXECUTE FUNCTION ledger_holdlot_no_truncate();

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
