-- The login of whoever acts: a member of staff, or the owner of an API client. NULL for a client that nobody owns, and for jobs.
CREATE OR REPLACE FUNCTION credits_person_of(actor_kind text, actor_id text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF actor_id !~ '^[0-9]{1,18}$' THEN
    RETURN NULL;
  END IF;
  IF actor_kind = 'STAFF' THEN
    RETURN actor_id::bigint;
  END IF;
  RETURN (SELECT k.owner_id FROM api_apiclient k WHERE k.id = actor_id::bigint AND actor_kind = 'API');
END $$;
