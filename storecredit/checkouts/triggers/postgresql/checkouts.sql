-- A checkout that was ordered, deleted or given up stays as it is.
-- @trigger checkouts_checkout_ended ON checkouts_checkout
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkout_ended BEFORE UPDATE ON checkouts_checkout FOR EACH ROW WHEN (
  OLD.status <> 'OPEN')
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_checkout_identity ON checkouts_checkout
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkout_identity BEFORE UPDATE ON checkouts_checkout FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.currency IS DISTINCT FROM OLD.currency
  OR NEW.session_id IS DISTINCT FROM OLD.session_id OR NEW.session_secret IS DISTINCT FROM OLD.session_secret
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION checkouts_refuse();

-- So do its lines, but for what is fulfilled, cancelled and refunded of them, which only grows.
-- @trigger checkouts_checkoutitem_not_added ON checkouts_checkoutitem
CREATE OR REPLACE FUNCTION checkouts_checkoutitem_not_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT status FROM checkouts_checkout WHERE id = NEW.checkout_id) <> 'OPEN' THEN
    RAISE EXCEPTION 'checkouts_checkoutitem_not_added' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_checkoutitem_not_added';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkoutitem_not_added BEFORE INSERT ON checkouts_checkoutitem FOR EACH ROW EXECUTE FUNCTION checkouts_checkoutitem_not_added();

-- @trigger checkouts_checkoutitem_not_removed ON checkouts_checkoutitem
CREATE OR REPLACE FUNCTION checkouts_checkoutitem_not_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT status FROM checkouts_checkout WHERE id = OLD.checkout_id) <> 'OPEN' THEN
    RAISE EXCEPTION 'checkouts_checkoutitem_not_removed' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_checkoutitem_not_removed';
  END IF;
  RETURN OLD; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkoutitem_not_removed BEFORE DELETE ON checkouts_checkoutitem FOR EACH ROW EXECUTE FUNCTION checkouts_checkoutitem_not_removed();

-- @trigger checkouts_checkoutitem_frozen ON checkouts_checkoutitem
CREATE OR REPLACE FUNCTION checkouts_checkoutitem_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT status FROM checkouts_checkout WHERE id = OLD.checkout_id) <> 'OPEN' AND (
    NEW.id IS DISTINCT FROM OLD.id OR NEW.checkout_id IS DISTINCT FROM OLD.checkout_id
  OR NEW.place IS DISTINCT FROM OLD.place OR NEW.sku_id IS DISTINCT FROM OLD.sku_id
  OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.price_minor IS DISTINCT FROM OLD.price_minor
  OR NEW.aggregate_minor IS DISTINCT FROM OLD.aggregate_minor OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor
  OR NEW.share_minor IS DISTINCT FROM OLD.share_minor OR NEW.fulfilled_quantity < OLD.fulfilled_quantity
  OR NEW.cancelled_quantity < OLD.cancelled_quantity OR NEW.refunded_quantity < OLD.refunded_quantity
  OR NEW.captured_minor < OLD.captured_minor OR NEW.cancelled_minor < OLD.cancelled_minor
  OR NEW.refunded_minor < OLD.refunded_minor) THEN
    RAISE EXCEPTION 'checkouts_checkoutitem_frozen' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_checkoutitem_frozen';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkoutitem_frozen BEFORE UPDATE ON checkouts_checkoutitem FOR EACH ROW EXECUTE FUNCTION checkouts_checkoutitem_frozen();

-- What a source is does not change; consumed and cancelled are for good, and a hold is placed for it once.
-- @trigger checkouts_source_identity ON checkouts_source
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_source_identity BEFORE UPDATE ON checkouts_source FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.type IS DISTINCT FROM OLD.type OR NEW.currency IS DISTINCT FROM OLD.currency
  OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.account_id IS DISTINCT FROM OLD.account_id
  OR NEW.upstream_id IS DISTINCT FROM OLD.upstream_id OR NEW.reusable IS DISTINCT FROM OLD.reusable
  OR NEW.client_secret IS DISTINCT FROM OLD.client_secret OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.created_at IS DISTINCT FROM OLD.created_at
  OR (OLD.state = 'CONSUMED' AND (NEW.state IS DISTINCT FROM OLD.state
  OR NEW.checkout_id IS DISTINCT FROM OLD.checkout_id OR NEW.place IS DISTINCT FROM OLD.place
  OR NEW.contributed_minor IS DISTINCT FROM OLD.contributed_minor OR NEW.hold_id IS DISTINCT FROM OLD.hold_id))
  OR (OLD.state = 'CANCELLED' AND NEW.state <> 'CANCELLED')
  OR (OLD.hold_id IS NOT NULL AND NEW.hold_id IS DISTINCT FROM OLD.hold_id))
EXECUTE FUNCTION checkouts_refuse();
