-- @trigger checkouts_unreturnedcredit_identity ON checkouts_unreturnedcredit
CREATE TRIGGER checkouts_unreturnedcredit_identity BEFORE UPDATE ON checkouts_unreturnedcredit FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.account_id IS NOT OLD.account_id OR NEW.amount_minor IS NOT OLD.amount_minor
  OR NEW.currency IS NOT OLD.currency OR NEW.reference IS NOT OLD.reference OR NEW.why IS NOT OLD.why
  OR NEW.credit_request_id IS NOT OLD.credit_request_id OR NEW.created_at IS NOT OLD.created_at OR OLD.resolved_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_unreturnedcredit_identity');
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

-- Settled only with the line that says who did what about it.
-- @trigger checkouts_{what}_settled_by_settlement ON checkouts_{what}
-- @for what=creditdeduction column=deduction_id
-- @for what=unreturnedcredit column=unreturned_id
CREATE TRIGGER checkouts_{what}_settled_by_settlement BEFORE UPDATE ON checkouts_{what} FOR EACH ROW WHEN (
  OLD.resolved_at IS NULL AND NEW.resolved_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_{what}_settled_by_settlement') WHERE NOT EXISTS (SELECT 1 FROM checkouts_settlement s WHERE s.{column} = NEW.id AND s.created_at = NEW.resolved_at
                    AND s.actor_label = NEW.resolved_by AND s.resolution = NEW.resolution);
END;
