-- A vote counts for a version that is there and pending, and is never that of who asked, said whom it pays, or stands or
-- stood behind the API client that asked.
-- @trigger credits_creditrequestvote_four_eyes ON credits_creditrequestvote
CREATE TRIGGER credits_creditrequestvote_four_eyes BEFORE INSERT ON credits_creditrequestvote FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequestvote_four_eyes')
   WHERE NOT EXISTS (SELECT 1 FROM credits_creditrequest r WHERE r.id = NEW.request_id AND r.status = 'PENDING'
                        AND r.version = NEW.version AND r.requested_by_id IS NOT NEW.person_id
                        AND NOT EXISTS (
                              SELECT 1 FROM credits_clientperson p
                               WHERE p.client_id = r.requested_client_id AND p.person_id = NEW.person_id)
                        AND NOT EXISTS (
                              SELECT 1 FROM credits_creditrequestevent e
                               WHERE e.request_id = r.id AND e.kind = 'PAYEE_CHANGED'
                                 AND e.person_id = NEW.person_id));
END;

-- A vote is told of in the request's history first, as that very person's.
-- @trigger credits_creditrequestvote_is_told ON credits_creditrequestvote
CREATE TRIGGER credits_creditrequestvote_is_told BEFORE INSERT ON credits_creditrequestvote FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequestvote_is_told') WHERE NOT EXISTS (
    SELECT 1 FROM credits_creditrequestevent e
     WHERE e.request_id = NEW.request_id AND e.version = NEW.version AND e.person_id = NEW.person_id
       AND e.kind IN ('VOTED', 'APPROVED'));
END;
