-- What keeps checkouts, orders and deductions true. Each refusal carries the rule's name as its message.
-- A trigger starts at its "@trigger NAME ON TABLE" line.

-- What is written once.
-- @trigger checkouts_chargemovement_immutable ON checkouts_chargemovement
CREATE TRIGGER checkouts_chargemovement_immutable BEFORE UPDATE ON checkouts_chargemovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_chargemovement_immutable');
END;

-- @trigger checkouts_chargemovement_immutable_delete ON checkouts_chargemovement
CREATE TRIGGER checkouts_chargemovement_immutable_delete BEFORE DELETE ON checkouts_chargemovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_chargemovement_immutable');
END;

-- @trigger checkouts_deductionmovement_immutable ON checkouts_deductionmovement
CREATE TRIGGER checkouts_deductionmovement_immutable BEFORE UPDATE ON checkouts_deductionmovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_deductionmovement_immutable');
END;

-- @trigger checkouts_deductionmovement_immutable_delete ON checkouts_deductionmovement
CREATE TRIGGER checkouts_deductionmovement_immutable_delete BEFORE DELETE ON checkouts_deductionmovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_deductionmovement_immutable');
END;

-- @trigger checkouts_fulfillment_immutable ON checkouts_fulfillment
CREATE TRIGGER checkouts_fulfillment_immutable BEFORE UPDATE ON checkouts_fulfillment FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_fulfillment_immutable');
END;

-- @trigger checkouts_fulfillment_immutable_delete ON checkouts_fulfillment
CREATE TRIGGER checkouts_fulfillment_immutable_delete BEFORE DELETE ON checkouts_fulfillment FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_fulfillment_immutable');
END;

-- @trigger checkouts_fulfillmentitem_immutable ON checkouts_fulfillmentitem
CREATE TRIGGER checkouts_fulfillmentitem_immutable BEFORE UPDATE ON checkouts_fulfillmentitem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_fulfillmentitem_immutable');
END;

-- @trigger checkouts_fulfillmentitem_immutable_delete ON checkouts_fulfillmentitem
CREATE TRIGGER checkouts_fulfillmentitem_immutable_delete BEFORE DELETE ON checkouts_fulfillmentitem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_fulfillmentitem_immutable');
END;

-- @trigger checkouts_refund_immutable ON checkouts_refund
CREATE TRIGGER checkouts_refund_immutable BEFORE UPDATE ON checkouts_refund FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_refund_immutable');
END;

-- @trigger checkouts_refund_immutable_delete ON checkouts_refund
CREATE TRIGGER checkouts_refund_immutable_delete BEFORE DELETE ON checkouts_refund FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_refund_immutable');
END;

-- @trigger checkouts_refunditem_immutable ON checkouts_refunditem
CREATE TRIGGER checkouts_refunditem_immutable BEFORE UPDATE ON checkouts_refunditem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_refunditem_immutable');
END;

-- @trigger checkouts_refunditem_immutable_delete ON checkouts_refunditem
CREATE TRIGGER checkouts_refunditem_immutable_delete BEFORE DELETE ON checkouts_refunditem FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_refunditem_immutable');
END;

-- What is never deleted.
-- @trigger checkouts_checkout_no_delete ON checkouts_checkout
CREATE TRIGGER checkouts_checkout_no_delete BEFORE DELETE ON checkouts_checkout FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_checkout_no_delete');
END;

-- @trigger checkouts_source_no_delete ON checkouts_source
CREATE TRIGGER checkouts_source_no_delete BEFORE DELETE ON checkouts_source FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_source_no_delete');
END;

-- @trigger checkouts_order_no_delete ON checkouts_order
CREATE TRIGGER checkouts_order_no_delete BEFORE DELETE ON checkouts_order FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_order_no_delete');
END;

-- @trigger checkouts_charge_no_delete ON checkouts_charge
CREATE TRIGGER checkouts_charge_no_delete BEFORE DELETE ON checkouts_charge FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_charge_no_delete');
END;

-- @trigger checkouts_creditdeduction_no_delete ON checkouts_creditdeduction
CREATE TRIGGER checkouts_creditdeduction_no_delete BEFORE DELETE ON checkouts_creditdeduction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_creditdeduction_no_delete');
END;

-- @trigger checkouts_vendororder_no_delete ON checkouts_vendororder
CREATE TRIGGER checkouts_vendororder_no_delete BEFORE DELETE ON checkouts_vendororder FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendororder_no_delete');
END;

-- @trigger checkouts_vendorgiveback_no_delete ON checkouts_vendorgiveback
CREATE TRIGGER checkouts_vendorgiveback_no_delete BEFORE DELETE ON checkouts_vendorgiveback FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendorgiveback_no_delete');
END;

-- @trigger checkouts_unreturnedcredit_no_delete ON checkouts_unreturnedcredit
CREATE TRIGGER checkouts_unreturnedcredit_no_delete BEFORE DELETE ON checkouts_unreturnedcredit FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_unreturnedcredit_no_delete');
END;

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

-- @trigger checkouts_order_identity ON checkouts_order
CREATE TRIGGER checkouts_order_identity BEFORE UPDATE ON checkouts_order FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.checkout_id IS NOT OLD.checkout_id OR NEW.currency IS NOT OLD.currency
  OR NEW.total_minor IS NOT OLD.total_minor OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_order_identity');
END;

-- @trigger checkouts_unreturnedcredit_identity ON checkouts_unreturnedcredit
CREATE TRIGGER checkouts_unreturnedcredit_identity BEFORE UPDATE ON checkouts_unreturnedcredit FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.account_id IS NOT OLD.account_id OR NEW.amount_minor IS NOT OLD.amount_minor
  OR NEW.currency IS NOT OLD.currency OR NEW.reference IS NOT OLD.reference OR NEW.why IS NOT OLD.why
  OR NEW.credit_request_id IS NOT OLD.credit_request_id OR NEW.created_at IS NOT OLD.created_at OR OLD.resolved_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_unreturnedcredit_identity');
END;

-- A charge begins whole, and its sums are those of its movements.
-- @trigger checkouts_charge_identity ON checkouts_charge
CREATE TRIGGER checkouts_charge_identity BEFORE UPDATE ON checkouts_charge FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.source_id IS NOT OLD.source_id
  OR NEW.place IS NOT OLD.place OR NEW.amount_minor IS NOT OLD.amount_minor
  OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.created_at IS NOT OLD.created_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_charge_identity');
END;

-- @trigger checkouts_charge_begins ON checkouts_charge
CREATE TRIGGER checkouts_charge_begins BEFORE INSERT ON checkouts_charge FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_charge_begins') WHERE NEW.captured_minor <> 0 OR NEW.cancelled_minor <> 0 OR NEW.refunded_minor <> 0
     OR NOT EXISTS (SELECT 1 FROM checkouts_source q LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
       WHERE q.id = NEW.source_id AND (q.type = 'CUSTOMER_CREDIT') = (NEW.transaction_id IS NOT NULL)
         AND (t.id IS NULL OR (t.account_id = q.account_id AND t.amount_minor = -NEW.amount_minor AND t.type = 'REDEEM')));
END;

-- @trigger checkouts_charge_moves_by_movement ON checkouts_charge
CREATE TRIGGER checkouts_charge_moves_by_movement BEFORE UPDATE OF captured_minor, cancelled_minor, refunded_minor ON checkouts_charge FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_charge_moves_by_movement') WHERE NEW.captured_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'CAPTURE')
     OR NEW.cancelled_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'CANCEL')
     OR NEW.refunded_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_chargemovement WHERE charge_id = NEW.id AND kind = 'REFUND');
END;

-- Credit that is cancelled or refunded goes back by an entry that undoes its spend, or to staff; tender by neither.
-- @trigger checkouts_chargemovement_entry ON checkouts_chargemovement
CREATE TRIGGER checkouts_chargemovement_entry BEFORE INSERT ON checkouts_chargemovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_chargemovement_entry') WHERE NOT EXISTS (
      SELECT 1 FROM checkouts_charge c LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
        LEFT JOIN checkouts_unreturnedcredit u ON u.id = NEW.unreturned_id
       WHERE c.id = NEW.charge_id
         AND (c.transaction_id IS NOT NULL AND NEW.kind <> 'CAPTURE') = (t.id IS NOT NULL OR u.id IS NOT NULL)
         AND (t.id IS NULL OR (t.reverses_id = c.transaction_id AND t.amount_minor = NEW.amount_minor))
         AND (u.id IS NULL OR u.amount_minor = NEW.amount_minor));
END;
-- The conflict clause of the outer statement would soften the CHECK, so the bounds are tested here as well.
-- @trigger checkouts_chargemovement_moves_charge ON checkouts_chargemovement
CREATE TRIGGER checkouts_chargemovement_moves_charge AFTER INSERT ON checkouts_chargemovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_charge_sums_within_amount') WHERE typeof(NEW.amount_minor) <> 'integer' OR EXISTS (
    SELECT 1 FROM checkouts_charge WHERE id = NEW.charge_id AND (
      (NEW.kind <> 'REFUND' AND captured_minor + cancelled_minor + NEW.amount_minor > amount_minor)
      OR (NEW.kind = 'REFUND' AND refunded_minor + NEW.amount_minor > captured_minor)));
  UPDATE checkouts_charge SET captured_minor = captured_minor + CASE WHEN NEW.kind = 'CAPTURE' THEN NEW.amount_minor ELSE 0 END,
      cancelled_minor = cancelled_minor + CASE WHEN NEW.kind = 'CANCEL' THEN NEW.amount_minor ELSE 0 END,
      refunded_minor = refunded_minor + CASE WHEN NEW.kind = 'REFUND' THEN NEW.amount_minor ELSE 0 END
   WHERE id = NEW.charge_id;
END;

-- The same for what a vendor's order takes and gives back.
-- @trigger checkouts_creditdeduction_identity ON checkouts_creditdeduction
CREATE TRIGGER checkouts_creditdeduction_identity BEFORE UPDATE ON checkouts_creditdeduction FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.source_id IS NOT OLD.source_id
  OR NEW.upstream_id IS NOT OLD.upstream_id OR NEW.account_id IS NOT OLD.account_id
  OR NEW.currency IS NOT OLD.currency OR NEW.asked_minor IS NOT OLD.asked_minor
  OR NEW.shortfall_minor IS NOT OLD.shortfall_minor OR NEW.event_id IS NOT OLD.event_id
  OR NEW.created_at IS NOT OLD.created_at
  OR (OLD.resolved_at IS NOT NULL AND (NEW.resolved_at IS NOT OLD.resolved_at
  OR NEW.resolved_by IS NOT OLD.resolved_by OR NEW.resolution IS NOT OLD.resolution)))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_creditdeduction_identity');
END;

-- @trigger checkouts_creditdeduction_begins ON checkouts_creditdeduction
CREATE TRIGGER checkouts_creditdeduction_begins BEFORE INSERT ON checkouts_creditdeduction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_creditdeduction_begins') WHERE NEW.taken_minor <> 0 OR NEW.given_back_minor <> 0;
END;

-- @trigger checkouts_creditdeduction_moves_by_movement ON checkouts_creditdeduction
CREATE TRIGGER checkouts_creditdeduction_moves_by_movement BEFORE UPDATE OF taken_minor, given_back_minor ON checkouts_creditdeduction FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_creditdeduction_moves_by_movement') WHERE NEW.taken_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_deductionmovement
       WHERE deduction_id = NEW.id AND kind = 'TAKE')
     OR NEW.given_back_minor <> (SELECT COALESCE(SUM(amount_minor), 0) FROM checkouts_deductionmovement
       WHERE deduction_id = NEW.id AND kind = 'GIVE_BACK');
END;

-- @trigger checkouts_deductionmovement_entry ON checkouts_deductionmovement
CREATE TRIGGER checkouts_deductionmovement_entry BEFORE INSERT ON checkouts_deductionmovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_deductionmovement_entry') WHERE NOT EXISTS (
      SELECT 1 FROM checkouts_creditdeduction d LEFT JOIN ledger_transaction t ON t.id = NEW.transaction_id
        LEFT JOIN checkouts_unreturnedcredit u ON u.id = NEW.unreturned_id
        LEFT JOIN checkouts_deductionmovement o ON o.id = NEW.of_id
       WHERE d.id = NEW.deduction_id
         AND (NEW.kind <> 'TAKE' OR (t.account_id = d.account_id AND t.amount_minor = -NEW.amount_minor))
         AND (NEW.kind <> 'GIVE_BACK' OR (o.deduction_id = NEW.deduction_id AND o.kind = 'TAKE'
           AND COALESCE(t.amount_minor, u.amount_minor) = NEW.amount_minor
           AND (t.id IS NULL OR t.reverses_id = o.transaction_id)
           AND NEW.amount_minor + (SELECT COALESCE(SUM(b.amount_minor), 0) FROM checkouts_deductionmovement b
                                    WHERE b.of_id = o.id) <= o.amount_minor)));
END;
-- The conflict clause of the outer statement would soften the CHECK, so the bounds are tested here as well.
-- @trigger checkouts_deductionmovement_moves_deduction ON checkouts_deductionmovement
CREATE TRIGGER checkouts_deductionmovement_moves_deduction AFTER INSERT ON checkouts_deductionmovement FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_creditdeduction_within_asked') WHERE typeof(NEW.amount_minor) <> 'integer' OR EXISTS (
    SELECT 1 FROM checkouts_creditdeduction WHERE id = NEW.deduction_id AND (
      (NEW.kind = 'TAKE' AND taken_minor + NEW.amount_minor > asked_minor - shortfall_minor)
      OR (NEW.kind = 'GIVE_BACK' AND given_back_minor + NEW.amount_minor > taken_minor)));
  UPDATE checkouts_creditdeduction SET taken_minor = taken_minor + CASE WHEN NEW.kind = 'TAKE' THEN NEW.amount_minor ELSE 0 END,
      given_back_minor = given_back_minor + CASE WHEN NEW.kind = 'GIVE_BACK' THEN NEW.amount_minor ELSE 0 END
   WHERE id = NEW.deduction_id;
END;

-- @trigger checkouts_vendororder_identity ON checkouts_vendororder
CREATE TRIGGER checkouts_vendororder_identity BEFORE UPDATE ON checkouts_vendororder FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at
  OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS NOT OLD.accepted_at))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendororder_identity');
END;

-- @trigger checkouts_vendorgiveback_identity ON checkouts_vendorgiveback
CREATE TRIGGER checkouts_vendorgiveback_identity BEFORE UPDATE ON checkouts_vendorgiveback FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.source_id IS NOT OLD.source_id
  OR NEW.key IS NOT OLD.key OR NEW.asked IS NOT OLD.asked OR NEW.event_id IS NOT OLD.event_id
  OR NEW.created_at IS NOT OLD.created_at OR OLD.applied_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendorgiveback_identity');
END;

-- What came is kept as it came.
-- @trigger checkouts_webhookevent_identity ON checkouts_webhookevent
CREATE TRIGGER checkouts_webhookevent_identity BEFORE UPDATE ON checkouts_webhookevent FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.event_id IS NOT OLD.event_id OR NEW.type IS NOT OLD.type OR NEW.body IS NOT OLD.body
  OR NEW.test_mode IS NOT OLD.test_mode OR NEW.received_at IS NOT OLD.received_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhookevent_identity');
END;

-- Two secrets of a mode are live at a time, and a retired one stays retired.
-- @trigger checkouts_webhooksecret_two_live ON checkouts_webhooksecret
CREATE TRIGGER checkouts_webhooksecret_two_live BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhooksecret_two_live') WHERE NEW.retired_at IS NULL AND 2 <= (
    SELECT COUNT(*) FROM checkouts_webhooksecret WHERE test_mode = NEW.test_mode AND retired_at IS NULL);
END;

-- @trigger checkouts_webhooksecret_identity ON checkouts_webhooksecret
CREATE TRIGGER checkouts_webhooksecret_identity BEFORE UPDATE ON checkouts_webhooksecret FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.test_mode IS NOT OLD.test_mode OR NEW.created_at IS NOT OLD.created_at
  OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhooksecret_identity');
END;
