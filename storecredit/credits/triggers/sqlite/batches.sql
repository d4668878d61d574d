-- A batch is decided once, and is never another batch.
-- @trigger credits_creditrequestbatch_frozen ON credits_creditrequestbatch
CREATE TRIGGER credits_creditrequestbatch_frozen BEFORE UPDATE ON credits_creditrequestbatch FOR EACH ROW WHEN (
  OLD.status <> 'PENDING'
  OR (NEW.id, NEW.file_digest, NEW.size, NEW.totals, NEW.digest, NEW.test_mode, NEW.requested_by_id, NEW.created_at)
    IS NOT (OLD.id, OLD.file_digest, OLD.size, OLD.totals, OLD.digest, OLD.test_mode, OLD.requested_by_id,
    OLD.created_at))
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequestbatch_frozen');
END;
