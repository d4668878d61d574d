-- A checkout that was ordered, deleted or given up stays as it is.
-- @trigger checkouts_checkout_ended ON checkouts_checkout
CREATE TRIGGER checkouts_checkout_ended BEFORE UPDATE ON checkouts_checkout FOR EACH ROW WHEN (
  OLD.status <> 'OPEN')
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkout_ended');
END;

-- @trigger checkouts_checkout_identity ON checkouts_checkout
CREATE TRIGGER checkouts_checkout_identity BEFORE UPDATE ON checkouts_checkout FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.currency IS NOT OLD.currency OR NEW.session_id IS NOT OLD.session_id
  OR NEW.session_secret IS NOT OLD.session_secret OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkout_identity');
END;

-- So do its lines, but for what is fulfilled, cancelled and refunded of them, which only grows.
-- @trigger checkouts_checkoutitem_not_added ON checkouts_checkoutitem
CREATE TRIGGER checkouts_checkoutitem_not_added BEFORE INSERT ON checkouts_checkoutitem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkoutitem_not_added') WHERE (SELECT status FROM checkouts_checkout WHERE id = NEW.checkout_id) <> 'OPEN';
END;

-- @trigger checkouts_checkoutitem_not_removed ON checkouts_checkoutitem
CREATE TRIGGER checkouts_checkoutitem_not_removed BEFORE DELETE ON checkouts_checkoutitem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkoutitem_not_removed') WHERE (SELECT status FROM checkouts_checkout WHERE id = OLD.checkout_id) <> 'OPEN';
END;

-- @trigger checkouts_checkoutitem_frozen ON checkouts_checkoutitem
CREATE TRIGGER checkouts_checkoutitem_frozen BEFORE UPDATE ON checkouts_checkoutitem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkoutitem_frozen') WHERE (SELECT status FROM checkouts_checkout WHERE id = OLD.checkout_id) <> 'OPEN' AND (
    NEW.id IS NOT OLD.id OR NEW.checkout_id IS NOT OLD.checkout_id OR NEW.place IS NOT OLD.place
  OR NEW.sku_id IS NOT OLD.sku_id OR NEW.quantity IS NOT OLD.quantity OR NEW.price_minor IS NOT OLD.price_minor
  OR NEW.aggregate_minor IS NOT OLD.aggregate_minor OR NEW.amount_minor IS NOT OLD.amount_minor
  OR NEW.share_minor IS NOT OLD.share_minor OR NEW.fulfilled_quantity < OLD.fulfilled_quantity
  OR NEW.cancelled_quantity < OLD.cancelled_quantity OR NEW.refunded_quantity < OLD.refunded_quantity
  OR NEW.captured_minor < OLD.captured_minor OR NEW.cancelled_minor < OLD.cancelled_minor
  OR NEW.refunded_minor < OLD.refunded_minor);
END;

-- What a source is does not change; consumed and cancelled are for good, and a hold is placed for it once.
-- @trigger checkouts_source_identity ON checkouts_source
CREATE TRIGGER checkouts_source_identity BEFORE UPDATE ON checkouts_source FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.type IS NOT OLD.type OR NEW.currency IS NOT OLD.currency
  OR NEW.amount_minor IS NOT OLD.amount_minor OR NEW.account_id IS NOT OLD.account_id
  OR NEW.upstream_id IS NOT OLD.upstream_id OR NEW.reusable IS NOT OLD.reusable
  OR NEW.client_secret IS NOT OLD.client_secret OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at OR (OLD.state = 'CONSUMED' AND (NEW.state IS NOT OLD.state
  OR NEW.checkout_id IS NOT OLD.checkout_id OR NEW.place IS NOT OLD.place
  OR NEW.contributed_minor IS NOT OLD.contributed_minor OR NEW.hold_id IS NOT OLD.hold_id))
  OR (OLD.state = 'CANCELLED' AND NEW.state <> 'CANCELLED')
  OR (OLD.hold_id IS NOT NULL AND NEW.hold_id IS NOT OLD.hold_id))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_source_identity');
END;
