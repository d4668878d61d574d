-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name.
-- @trigger {table}_decided_by_who_may ON {table}
-- @for table=finance_period by=approved_by_id right=approve_period not='OPEN'
-- @for table=finance_breakagerate by=decided_by_id right=approve_breakagerate not='REJECTED'
CREATE OR REPLACE FUNCTION {table}_decided_by_who_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.{by} IS NOT DISTINCT FROM OLD.{by} THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.status NOT IN ({not}) AND access_is_held(TG_RELID) AND NOT person_may(NEW.{by}, '{right}') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_decided_by_who_may BEFORE INSERT OR UPDATE OF {by} ON {table}
FOR EACH ROW WHEN (NEW.{by} IS NOT NULL) EXECUTE FUNCTION {table}_decided_by_who_may();
