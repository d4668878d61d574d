-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name.
-- @trigger {table}_decided_by_who_may{when} ON {table}
-- @for when= statement=INSERT was=NULL table=finance_period by=approved_by_id right=approve_period not='OPEN'
-- @for when=_changed statement=UPDATE was=OLD.approved_by_id table=finance_period by=approved_by_id right=approve_period not='OPEN'
-- @for when= statement=INSERT was=NULL table=finance_breakagerate by=decided_by_id right=approve_breakagerate not='REJECTED'
-- @for when=_changed statement=UPDATE was=OLD.decided_by_id table=finance_breakagerate by=decided_by_id right=approve_breakagerate not='REJECTED'
CREATE TRIGGER {table}_decided_by_who_may{when} BEFORE {statement} ON {table} FOR EACH ROW
WHEN NEW.{by} IS NOT NULL AND NEW.status NOT IN ({not}) AND access_is_held()
  AND NEW.{by} IS NOT {was}
  AND NOT EXISTS (
    SELECT 1 FROM auth_user u WHERE u.id = NEW.{by} AND u.is_active AND (u.is_superuser OR EXISTS (
      SELECT 1 FROM auth_permission p WHERE p.codename = '{right}'
        AND (EXISTS (SELECT 1 FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
          OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
            WHERE m.user_id = u.id AND g.permission_id = p.id)))))
BEGIN
  SELECT RAISE(ABORT, '{table}_decided_by_who_may');
END;
