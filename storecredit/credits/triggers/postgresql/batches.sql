-- A batch is decided once, and is never another batch.
-- @trigger credits_creditrequestbatch_frozen ON credits_creditrequestbatch
CREATE OR REPLACE FUNCTION credits_creditrequestbatch_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'credits_creditrequestbatch_frozen' USING ERRCODE = '23000', CONSTRAINT = 'credits_creditrequestbatch_frozen';
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequestbatch_frozen BEFORE UPDATE ON credits_creditrequestbatch
FOR EACH ROW WHEN (OLD.status <> 'PENDING'
  OR (NEW.id, NEW.file_digest, NEW.size, NEW.totals::text, NEW.digest, NEW.test_mode, NEW.requested_by_id, NEW.created_at)
    IS DISTINCT FROM (OLD.id, OLD.file_digest, OLD.size, OLD.totals::text, OLD.digest, OLD.test_mode, OLD.requested_by_id,
    OLD.created_at))
EXECUTE FUNCTION credits_creditrequestbatch_frozen();
