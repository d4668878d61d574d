-- Whether somebody works here still and has a right, by its code name: their own, one of their roles', or as superuser.
CREATE OR REPLACE FUNCTION person_may(person bigint, code text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM auth_user u WHERE u.id = person AND u.is_active AND (u.is_superuser OR EXISTS (
      SELECT 1 FROM auth_permission p WHERE p.codename = code
        AND (EXISTS (SELECT 1 FROM auth_user_user_permissions o WHERE o.user_id = u.id AND o.permission_id = p.id)
          OR EXISTS (SELECT 1 FROM auth_user_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
            WHERE m.user_id = u.id AND g.permission_id = p.id)))));
END $$;
