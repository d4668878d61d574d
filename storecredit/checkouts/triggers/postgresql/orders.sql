-- @trigger checkouts_order_identity ON checkouts_order
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_order_identity BEFORE UPDATE ON checkouts_order FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.checkout_id IS DISTINCT FROM OLD.checkout_id
  OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.total_minor IS DISTINCT FROM OLD.total_minor
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION checkouts_refuse();

-- A charge begins whole, and its sums are those of its movements.
-- @trigger checkouts_charge_identity ON checkouts_charge
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_charge_identity BEFORE UPDATE ON checkouts_charge FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.source_id IS DISTINCT FROM OLD.source_id OR NEW.place IS DISTINCT FROM OLD.place
  OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.transaction_id IS DISTINCT FROM OLD.transaction_id
  OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_charge_begins ON checkouts_charge
CREATE OR REPLACE FUNCTION checkouts_charge_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.captured_minor <> 0 OR NEW.cancelled_minor <> 0 OR NEW.refunded_minor <> 0
     OR NOT EXISTS (SELECT 1 FROM checkouts_source q LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
       WHERE q.id = NEW.source_id AND (q.type = 'CUSTOMER_CREDIT') = (NEW.transaction_id IS NOT NULL)
         AND (t.id IS NULL OR (t.account_id = q.account_id AND t.amount_minor = -NEW.amount_minor AND t.type = 'REDEEM'))) THEN
    RAISE EXCEPTION 'checkouts_charge_begins' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_charge_begins';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_charge_begins BEFORE INSERT ON checkouts_charge FOR EACH ROW EXECUTE FUNCTION checkouts_charge_begins();

-- @trigger checkouts_charge_moves_by_movement ON checkouts_charge
CREATE OR REPLACE FUNCTION checkouts_charge_moves_by_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.captured_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'CAPTURE')
     OR NEW.cancelled_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'CANCEL')
     OR NEW.refunded_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'REFUND') THEN
    RAISE EXCEPTION 'checkouts_charge_moves_by_movement' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_charge_moves_by_movement';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_charge_moves_by_movement BEFORE UPDATE OF captured_minor, cancelled_minor, refunded_minor ON checkouts_charge FOR EACH ROW EXECUTE FUNCTION checkouts_charge_moves_by_movement();

-- Credit that is cancelled or refunded goes back by an entry that undoes its spend, or to staff; tender by neither.
-- @trigger checkouts_chargemovement_entry ON checkouts_chargemovement
CREATE OR REPLACE FUNCTION checkouts_chargemovement_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT 1 FROM checkouts_charge c LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
        LEFT JOIN checkouts_unreturnedcredit u ON u.id = NEW.unreturned_id
       WHERE c.id = NEW.charge_id
         AND (c.transaction_id IS NOT NULL AND NEW.kind <> 'CAPTURE') = (t.id IS NOT NULL OR u.id IS NOT NULL)
         AND (t.id IS NULL OR (t.reverses_id = c.transaction_id AND t.amount_minor = NEW.amount_minor))
         AND (u.id IS NULL OR u.amount_minor = NEW.amount_minor)) THEN
    RAISE EXCEPTION 'checkouts_chargemovement_entry' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_chargemovement_entry';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_chargemovement_entry BEFORE INSERT ON checkouts_chargemovement FOR EACH ROW EXECUTE FUNCTION checkouts_chargemovement_entry();

-- @trigger checkouts_chargemovement_moves_charge ON checkouts_chargemovement
CREATE OR REPLACE FUNCTION checkouts_chargemovement_moves_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE checkouts_charge SET captured_minor = captured_minor + CASE WHEN NEW.kind = 'CAPTURE' THEN NEW.amount_minor ELSE 0 END,
      cancelled_minor = cancelled_minor + CASE WHEN NEW.kind = 'CANCEL' THEN NEW.amount_minor ELSE 0 END,
      refunded_minor = refunded_minor + CASE WHEN NEW.kind = 'REFUND' THEN NEW.amount_minor ELSE 0 END
   WHERE id = NEW.charge_id;
  RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER checkouts_chargemovement_moves_charge AFTER INSERT ON checkouts_chargemovement FOR EACH ROW EXECUTE FUNCTION checkouts_chargemovement_moves_charge();
