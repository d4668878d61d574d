-- What keeps checkouts, orders and deductions true. Each refusal carries the rule's name as its constraint.
-- A trigger starts at its "@trigger NAME ON TABLE" line; the installer adds ENABLE ALWAYS to each.

-- What is written once.
-- @trigger checkouts_chargemovement_immutable ON checkouts_chargemovement
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_chargemovement_immutable BEFORE UPDATE OR DELETE ON checkouts_chargemovement FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_deductionmovement_immutable ON checkouts_deductionmovement
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_deductionmovement_immutable BEFORE UPDATE OR DELETE ON checkouts_deductionmovement FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_fulfillment_immutable ON checkouts_fulfillment
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_fulfillment_immutable BEFORE UPDATE OR DELETE ON checkouts_fulfillment FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_fulfillmentitem_immutable ON checkouts_fulfillmentitem
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_fulfillmentitem_immutable BEFORE UPDATE OR DELETE ON checkouts_fulfillmentitem FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_refund_immutable ON checkouts_refund
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_refund_immutable BEFORE UPDATE OR DELETE ON checkouts_refund FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_refunditem_immutable ON checkouts_refunditem
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_refunditem_immutable BEFORE UPDATE OR DELETE ON checkouts_refunditem FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- What is never deleted.
-- @trigger checkouts_checkout_no_delete ON checkouts_checkout
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkout_no_delete BEFORE DELETE ON checkouts_checkout FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_source_no_delete ON checkouts_source
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_source_no_delete BEFORE DELETE ON checkouts_source FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_order_no_delete ON checkouts_order
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_order_no_delete BEFORE DELETE ON checkouts_order FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_charge_no_delete ON checkouts_charge
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_charge_no_delete BEFORE DELETE ON checkouts_charge FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_creditdeduction_no_delete ON checkouts_creditdeduction
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_creditdeduction_no_delete BEFORE DELETE ON checkouts_creditdeduction FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendororder_no_delete ON checkouts_vendororder
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendororder_no_delete BEFORE DELETE ON checkouts_vendororder FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendorgiveback_no_delete ON checkouts_vendorgiveback
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendorgiveback_no_delete BEFORE DELETE ON checkouts_vendorgiveback FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_unreturnedcredit_no_delete ON checkouts_unreturnedcredit
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_unreturnedcredit_no_delete BEFORE DELETE ON checkouts_unreturnedcredit FOR EACH ROW EXECUTE FUNCTION checkouts_refuse();

-- Nor all at once.
-- @trigger checkouts_checkout_no_truncate ON checkouts_checkout
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_checkout_no_truncate BEFORE TRUNCATE ON checkouts_checkout FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_source_no_truncate ON checkouts_source
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_source_no_truncate BEFORE TRUNCATE ON checkouts_source FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_order_no_truncate ON checkouts_order
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_order_no_truncate BEFORE TRUNCATE ON checkouts_order FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_charge_no_truncate ON checkouts_charge
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_charge_no_truncate BEFORE TRUNCATE ON checkouts_charge FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_chargemovement_no_truncate ON checkouts_chargemovement
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_chargemovement_no_truncate BEFORE TRUNCATE ON checkouts_chargemovement FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_creditdeduction_no_truncate ON checkouts_creditdeduction
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_creditdeduction_no_truncate BEFORE TRUNCATE ON checkouts_creditdeduction FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_deductionmovement_no_truncate ON checkouts_deductionmovement
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_deductionmovement_no_truncate BEFORE TRUNCATE ON checkouts_deductionmovement FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendororder_no_truncate ON checkouts_vendororder
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendororder_no_truncate BEFORE TRUNCATE ON checkouts_vendororder FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendorgiveback_no_truncate ON checkouts_vendorgiveback
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendorgiveback_no_truncate BEFORE TRUNCATE ON checkouts_vendorgiveback FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_unreturnedcredit_no_truncate ON checkouts_unreturnedcredit
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_unreturnedcredit_no_truncate BEFORE TRUNCATE ON checkouts_unreturnedcredit FOR EACH STATEMENT EXECUTE FUNCTION checkouts_refuse();

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

-- @trigger checkouts_order_identity ON checkouts_order
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_order_identity BEFORE UPDATE ON checkouts_order FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.checkout_id IS DISTINCT FROM OLD.checkout_id
  OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.total_minor IS DISTINCT FROM OLD.total_minor
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_unreturnedcredit_identity ON checkouts_unreturnedcredit
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_unreturnedcredit_identity BEFORE UPDATE ON checkouts_unreturnedcredit FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.account_id IS DISTINCT FROM OLD.account_id
  OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.currency IS DISTINCT FROM OLD.currency
  OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.why IS DISTINCT FROM OLD.why
  OR NEW.credit_request_id IS DISTINCT FROM OLD.credit_request_id
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR OLD.resolved_at IS NOT NULL)
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

-- The same for what a vendor's order takes and gives back.
-- @trigger checkouts_creditdeduction_identity ON checkouts_creditdeduction
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_creditdeduction_identity BEFORE UPDATE ON checkouts_creditdeduction FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.source_id IS DISTINCT FROM OLD.source_id OR NEW.upstream_id IS DISTINCT FROM OLD.upstream_id
  OR NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.currency IS DISTINCT FROM OLD.currency
  OR NEW.asked_minor IS DISTINCT FROM OLD.asked_minor OR NEW.shortfall_minor IS DISTINCT FROM OLD.shortfall_minor
  OR NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.created_at IS DISTINCT FROM OLD.created_at
  OR (OLD.resolved_at IS NOT NULL AND (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
  OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolution IS DISTINCT FROM OLD.resolution)))
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_creditdeduction_begins ON checkouts_creditdeduction
CREATE OR REPLACE FUNCTION checkouts_creditdeduction_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.taken_minor <> 0 OR NEW.given_back_minor <> 0 THEN
    RAISE EXCEPTION 'checkouts_creditdeduction_begins' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_creditdeduction_begins';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_creditdeduction_begins BEFORE INSERT ON checkouts_creditdeduction FOR EACH ROW EXECUTE FUNCTION checkouts_creditdeduction_begins();

-- @trigger checkouts_creditdeduction_moves_by_movement ON checkouts_creditdeduction
CREATE OR REPLACE FUNCTION checkouts_creditdeduction_moves_by_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.taken_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_deductionmovement
       WHERE deduction_id = NEW.id AND kind = 'TAKE')
     OR NEW.given_back_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_deductionmovement
       WHERE deduction_id = NEW.id AND kind = 'GIVE_BACK') THEN
    RAISE EXCEPTION 'checkouts_creditdeduction_moves_by_movement' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_creditdeduction_moves_by_movement';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_creditdeduction_moves_by_movement BEFORE UPDATE OF taken_minor, given_back_minor ON checkouts_creditdeduction FOR EACH ROW EXECUTE FUNCTION checkouts_creditdeduction_moves_by_movement();

-- @trigger checkouts_deductionmovement_entry ON checkouts_deductionmovement
CREATE OR REPLACE FUNCTION checkouts_deductionmovement_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT 1 FROM checkouts_creditdeduction d LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
        LEFT JOIN checkouts_unreturnedcredit u ON u.id = NEW.unreturned_id
        LEFT JOIN checkouts_deductionmovement o ON o.id = NEW.of_id
       WHERE d.id = NEW.deduction_id
         AND (NEW.kind <> 'TAKE' OR (t.account_id = d.account_id AND t.amount_minor = -NEW.amount_minor))
         AND (NEW.kind <> 'GIVE_BACK' OR (o.deduction_id = NEW.deduction_id AND o.kind = 'TAKE'
           AND COALESCE(t.amount_minor, u.amount_minor) = NEW.amount_minor
           AND (t.id IS NULL OR t.reverses_id = o.transaction_id)
           AND NEW.amount_minor + (SELECT COALESCE(SUM(b.amount_minor), 0) FROM checkouts_deductionmovement b
                                    WHERE b.of_id = o.id) <= o.amount_minor))) THEN
    RAISE EXCEPTION 'checkouts_deductionmovement_entry' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_deductionmovement_entry';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_deductionmovement_entry BEFORE INSERT ON checkouts_deductionmovement FOR EACH ROW EXECUTE FUNCTION checkouts_deductionmovement_entry();

-- @trigger checkouts_deductionmovement_moves_deduction ON checkouts_deductionmovement
CREATE OR REPLACE FUNCTION checkouts_deductionmovement_moves_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE checkouts_creditdeduction SET taken_minor = taken_minor + CASE WHEN NEW.kind = 'TAKE' THEN NEW.amount_minor ELSE 0 END,
      given_back_minor = given_back_minor + CASE WHEN NEW.kind = 'GIVE_BACK' THEN NEW.amount_minor ELSE 0 END
   WHERE id = NEW.deduction_id;
  RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER checkouts_deductionmovement_moves_deduction AFTER INSERT ON checkouts_deductionmovement FOR EACH ROW EXECUTE FUNCTION checkouts_deductionmovement_moves_deduction();

-- @trigger checkouts_vendororder_identity ON checkouts_vendororder
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendororder_identity BEFORE UPDATE ON checkouts_vendororder FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.created_at IS DISTINCT FROM OLD.created_at
  OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at))
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendorgiveback_identity ON checkouts_vendorgiveback
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendorgiveback_identity BEFORE UPDATE ON checkouts_vendorgiveback FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.source_id IS DISTINCT FROM OLD.source_id OR NEW.key IS DISTINCT FROM OLD.key
  OR NEW.asked IS DISTINCT FROM OLD.asked OR NEW.event_id IS DISTINCT FROM OLD.event_id
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR OLD.applied_at IS NOT NULL)
EXECUTE FUNCTION checkouts_refuse();

-- What came is kept as it came.
-- @trigger checkouts_webhookevent_identity ON checkouts_webhookevent
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhookevent_identity BEFORE UPDATE ON checkouts_webhookevent FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.type IS DISTINCT FROM OLD.type
  OR NEW.body IS DISTINCT FROM OLD.body OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.received_at IS DISTINCT FROM OLD.received_at)
EXECUTE FUNCTION checkouts_refuse();

-- Two secrets of a mode are live at a time, and a retired one stays retired.
-- @trigger checkouts_webhooksecret_two_live ON checkouts_webhooksecret
CREATE OR REPLACE FUNCTION checkouts_webhooksecret_two_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.retired_at IS NULL AND 2 <= (
    SELECT COUNT(*) FROM checkouts_webhooksecret WHERE test_mode = NEW.test_mode AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'checkouts_webhooksecret_two_live' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_webhooksecret_two_live';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhooksecret_two_live BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW EXECUTE FUNCTION checkouts_webhooksecret_two_live();

-- @trigger checkouts_webhooksecret_identity ON checkouts_webhooksecret
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhooksecret_identity BEFORE UPDATE ON checkouts_webhooksecret FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL))
EXECUTE FUNCTION checkouts_refuse();
