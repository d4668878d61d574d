-- Whether a table's rows are held for a second person. Who owns it may say otherwise for what is shipped, and only of what is done by whom they name. A shop that went back to before there were changes of access holds nothing.
CREATE OR REPLACE FUNCTION access_is_held(of_table oid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  unheld text := NULLIF(current_setting('storecredit.unheld', true), '');
  who jsonb := NULLIF(current_setting('storecredit.actor', true), '')::jsonb;
BEGIN
  RETURN to_regclass('backoffice_accesschange') IS NOT NULL
    AND (unheld IS NULL OR unheld <> COALESCE(who ->> 'door', 'nobody')
      OR NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = of_table), 'USAGE'));
END $$;
