-- What a trigger has to tell of a change, as a row of its own. Who acts is what the program has said for its transaction.
CREATE OR REPLACE FUNCTION audit_tell(what text, of_kind text, of_id text, of_label text, was jsonb, has_become jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  who jsonb := NULLIF(current_setting('storecredit.actor', true), '')::jsonb;
BEGIN
  INSERT INTO audit_activity (kind, actor_kind, actor_id, actor_label, actor_owner, door, request_id, address,
      subject_kind, subject_id, subject_label, before, after, details, created_at)
  VALUES (what, COALESCE(who ->> 'kind', 'NOBODY'), COALESCE(who ->> 'id', ''),
      COALESCE(NULLIF(who ->> 'label', ''), session_user), COALESCE(who ->> 'owner', ''),
      COALESCE(who ->> 'door', 'database'), COALESCE(who ->> 'request_id', ''), COALESCE(who ->> 'address', ''),
      of_kind, of_id, left(COALESCE(of_label, ''), 200), was, has_become, '{}',
      COALESCE((who ->> 'at')::timestamptz, clock_timestamp()));
END $$;
