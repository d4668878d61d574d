-- A vote counts for a version that is there and pending, and is never that of who asked, said whom it pays, or stands or
-- stood behind the API client that asked. The client is held as it is: nobody becomes its owner meanwhile.
-- @trigger credits_creditrequestvote_four_eyes ON credits_creditrequestvote
CREATE OR REPLACE FUNCTION credits_creditrequestvote_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM api_apiclient c JOIN credits_creditrequest r ON r.requested_client_id = c.id
    WHERE r.id = NEW.request_id FOR SHARE OF c;
  IF NOT EXISTS (SELECT 1 FROM credits_creditrequest r WHERE r.id = NEW.request_id AND r.status = 'PENDING'
                    AND r.version = NEW.version AND r.requested_by_id IS DISTINCT FROM NEW.person_id
                    AND NOT EXISTS (
                          SELECT 1 FROM credits_clientperson p
                           WHERE p.client_id = r.requested_client_id AND p.person_id = NEW.person_id)
                    AND NOT EXISTS (
                          SELECT 1 FROM credits_creditrequestevent e
                           WHERE e.request_id = r.id AND e.kind = 'PAYEE_CHANGED' AND e.person_id = NEW.person_id)) THEN
    RAISE EXCEPTION 'credits_creditrequestvote_four_eyes' USING ERRCODE = '23000', CONSTRAINT = 'credits_creditrequestvote_four_eyes';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequestvote_four_eyes BEFORE INSERT ON credits_creditrequestvote
FOR EACH ROW EXECUTE FUNCTION credits_creditrequestvote_four_eyes();

-- A vote is told of in the request's history first, as that very person's.
-- @trigger credits_creditrequestvote_is_told ON credits_creditrequestvote
CREATE OR REPLACE FUNCTION credits_creditrequestvote_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM credits_creditrequestevent e
                  WHERE e.request_id = NEW.request_id AND e.version = NEW.version AND e.person_id = NEW.person_id
                    AND e.kind IN ('VOTED', 'APPROVED')) THEN
    RAISE EXCEPTION 'credits_creditrequestvote_is_told'
      USING ERRCODE = '23000', CONSTRAINT = 'credits_creditrequestvote_is_told';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequestvote_is_told BEFORE INSERT ON credits_creditrequestvote
FOR EACH ROW EXECUTE FUNCTION credits_creditrequestvote_is_told();
