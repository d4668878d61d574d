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
     OR NEW.door <> OLD.door OR NEW.request_id <> OLD.request_id OR NEW.closed_at < OLD.created_at
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
   WHERE l.id = ANY (ARRAY(SELECT lot_id FROM ledger_holdlot WHERE hold_id = NEW.id));
  UPDATE ledger_account
     SET held_minor = COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
           WHERE account_id = NEW.account_id AND status = 'OPEN'), 0)
   WHERE id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_hold_releases AFTER UPDATE ON ledger_hold
FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor OR NEW.status <> OLD.status)
EXECUTE FUNCTION ledger_hold_releases();

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
