-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name.
-- @trigger giftcards_cardbatch_decided_by_who_may{when} ON giftcards_cardbatch
-- @for when= statement=INSERT was=NULL
-- @for when=_changed statement=UPDATE was=OLD.approved_by_id
CREATE TRIGGER giftcards_cardbatch_decided_by_who_may{when} BEFORE {statement} ON giftcards_cardbatch FOR EACH ROW
WHEN NEW.approved_by_id IS NOT NULL AND NEW.status <> 'REJECTED' AND access_is_held()
  AND NEW.approved_by_id IS NOT {was}
  AND NOT EXISTS (
    SELECT 1 FROM auth_user u WHERE u.id = NEW.approved_by_id AND u.is_active AND (u.is_superuser OR EXISTS (
      SELECT 1 FROM auth_permission p WHERE p.codename = 'decide_request'
        AND (EXISTS (SELECT 1 FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
          OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
            WHERE m.user_id = u.id AND g.permission_id = p.id)))))
BEGIN
  SELECT RAISE(ABORT, 'giftcards_cardbatch_decided_by_who_may');
END;
