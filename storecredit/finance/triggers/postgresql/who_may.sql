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
  IF NEW.status NOT IN ({not}) AND access_is_held(TG_RELID) AND NOT EXISTS (
      SELECT 1 FROM auth_user u WHERE u.id = NEW.{by} AND u.is_active AND (u.is_superuser OR EXISTS (
        SELECT 1 FROM auth_permission p WHERE p.codename = '{right}'
          AND (EXISTS (SELECT 1 FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
            OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
              WHERE m.user_id = u.id AND g.permission_id = p.id))))) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_decided_by_who_may BEFORE INSERT OR UPDATE OF {by} ON {table}
FOR EACH ROW WHEN (NEW.{by} IS NOT NULL) EXECUTE FUNCTION {table}_decided_by_who_may();
