-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name.
-- @trigger giftcards_cardbatch_decided_by_who_may ON giftcards_cardbatch
CREATE OR REPLACE FUNCTION giftcards_cardbatch_decided_by_who_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.approved_by_id IS NOT DISTINCT FROM OLD.approved_by_id THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.status <> 'REJECTED' AND access_is_held(TG_RELID) AND NOT EXISTS (
      SELECT 1 FROM auth_user u WHERE u.id = NEW.approved_by_id AND u.is_active AND (u.is_superuser OR EXISTS (
        SELECT 1 FROM auth_permission p WHERE p.codename = 'decide_request'
          AND (EXISTS (SELECT 1 FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
            OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
              WHERE m.user_id = u.id AND g.permission_id = p.id))))) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardbatch_decided_by_who_may BEFORE INSERT OR UPDATE OF approved_by_id ON giftcards_cardbatch
FOR EACH ROW WHEN (NEW.approved_by_id IS NOT NULL) EXECUTE FUNCTION giftcards_cardbatch_decided_by_who_may();
