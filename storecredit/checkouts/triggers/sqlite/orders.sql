-- @trigger checkouts_order_identity ON checkouts_order
CREATE TRIGGER checkouts_order_identity BEFORE UPDATE ON checkouts_order FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.checkout_id IS NOT OLD.checkout_id OR NEW.currency IS NOT OLD.currency
  OR NEW.total_minor IS NOT OLD.total_minor OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_order_identity');
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
