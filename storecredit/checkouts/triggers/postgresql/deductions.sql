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

-- Settled only with the line that says who did what about it.
-- @trigger checkouts_{what}_settled_by_settlement ON checkouts_{what}
-- @for what=creditdeduction column=deduction_id
-- @for what=unreturnedcredit column=unreturned_id
CREATE OR REPLACE FUNCTION checkouts_{what}_settled_by_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM checkouts_settlement s WHERE s.{column} = NEW.id AND s.created_at = NEW.resolved_at
                    AND s.actor_label = NEW.resolved_by AND s.resolution = NEW.resolution) THEN
    RAISE EXCEPTION 'checkouts_{what}_settled_by_settlement'
      USING ERRCODE = '23000', CONSTRAINT = 'checkouts_{what}_settled_by_settlement';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_{what}_settled_by_settlement BEFORE UPDATE ON checkouts_{what}
FOR EACH ROW WHEN (OLD.resolved_at IS NULL AND NEW.resolved_at IS NOT NULL)
EXECUTE FUNCTION checkouts_{what}_settled_by_settlement();
