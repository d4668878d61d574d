-- Whether somebody is who the program says that acts: one's own address is one's own to change.
CREATE OR REPLACE FUNCTION access_is_of(person bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  who jsonb := NULLIF(current_setting('storecredit.actor', true), '')::jsonb;
BEGIN
  RETURN COALESCE(who ->> 'kind' = 'STAFF' AND who ->> 'id' = person::text, FALSE);
END $$;
