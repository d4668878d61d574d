-- What staff set out to do is done once, for ever: of a spent intent it is told once where it led, which may be forgotten.
-- What was forgotten says so, and is never told again.
-- @trigger ledger_staffintent_spent_for_ever ON ledger_staffintent
CREATE OR REPLACE FUNCTION ledger_staffintent_spent_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.result = '{}' OR NEW.result = '{"erased": true}') THEN
    IF (NEW.token, NEW.person, NEW.purpose, NEW.data, NEW.kept_at, NEW.spent_at)
     = (OLD.token, OLD.person, OLD.purpose, OLD.data, OLD.kept_at, OLD.spent_at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'ledger_staffintent_spent_for_ever'
    USING ERRCODE = '23000', CONSTRAINT = 'ledger_staffintent_spent_for_ever';
END $$;
CREATE OR REPLACE TRIGGER ledger_staffintent_spent_for_ever BEFORE UPDATE OR DELETE ON ledger_staffintent
FOR EACH ROW WHEN (OLD.spent_at IS NOT NULL) EXECUTE FUNCTION ledger_staffintent_spent_for_ever();
