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

-- @trigger ledger_lot_moves_by_use ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_moves_by_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.remaining_minor IS DISTINCT FROM (SELECT remaining_after_minor FROM ledger_lotuse
                                            WHERE lot_id = NEW.id ORDER BY id DESC LIMIT 1) THEN
    RAISE EXCEPTION 'ledger_lot_moves_by_use' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lot_moves_by_use';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lot_moves_by_use
BEFORE UPDATE OF remaining_minor ON ledger_lot
FOR EACH ROW WHEN (NEW.remaining_minor <> OLD.remaining_minor) EXECUTE FUNCTION ledger_lot_moves_by_use();

-- @trigger ledger_lot_identity ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_lot_identity
BEFORE UPDATE OF id, account_id, transaction_id, amount_minor, funding, given_by, first_expires_at, born_at, currency ON ledger_lot
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.transaction_id <> OLD.transaction_id
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.funding <> OLD.funding OR NEW.given_by <> OLD.given_by
  OR NEW.first_expires_at IS DISTINCT FROM OLD.first_expires_at OR NEW.born_at <> OLD.born_at
  OR NEW.currency <> OLD.currency)
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
CREATE OR REPLACE TRIGGER ledger_lot_reserved_by_holds
BEFORE UPDATE OF reserved_minor ON ledger_lot
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

-- @trigger ledger_lot_expires_as_told ON ledger_lot
CREATE OR REPLACE FUNCTION ledger_lot_expires_as_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told ledger_lotexpiry%ROWTYPE;
BEGIN
  SELECT * INTO told FROM ledger_lotexpiry WHERE lot_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF told.id IS NULL OR told.before IS DISTINCT FROM OLD.expires_at OR told.after IS DISTINCT FROM NEW.expires_at THEN
    RAISE EXCEPTION 'ledger_lot_expires_as_told' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lot_expires_as_told';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lot_expires_as_told
BEFORE UPDATE OF expires_at ON ledger_lot
FOR EACH ROW WHEN (NEW.expires_at IS DISTINCT FROM OLD.expires_at) EXECUTE FUNCTION ledger_lot_expires_as_told();

-- @trigger ledger_lotexpiry_chain ON ledger_lotexpiry
CREATE OR REPLACE FUNCTION ledger_lotexpiry_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_lot SET expires_at = NEW.after
   WHERE id = NEW.lot_id AND expires_at IS NOT DISTINCT FROM NEW.before AND expires_at IS DISTINCT FROM NEW.after;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'ledger_lotexpiry_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lotexpiry_chain';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_lotexpiry_chain AFTER INSERT ON ledger_lotexpiry
FOR EACH ROW EXECUTE FUNCTION ledger_lotexpiry_chain();
