-- A record is answered once, by the transaction that made it, and then stands: else its key would pay a second time.
-- @trigger api_idempotencyrecord_answered_once ON api_idempotencyrecord
CREATE TRIGGER api_idempotencyrecord_answered_once BEFORE UPDATE ON api_idempotencyrecord FOR EACH ROW WHEN (
  OLD.answer <> ''
  OR NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.namespace <> OLD.namespace OR NEW.key <> OLD.key
  OR NEW.fingerprint <> OLD.fingerprint OR NEW.version <> OLD.version OR NEW.status <> OLD.status
  OR NEW.created_at <> OLD.created_at)
BEGIN
  SELECT RAISE(ABORT, 'api_idempotencyrecord_answered_once');
END;

-- A key is never another client's or another secret, and one that was revoked stays revoked, at the moment it was.
-- @trigger api_apikey_identity ON api_apikey
CREATE TRIGGER api_apikey_identity BEFORE UPDATE ON api_apikey FOR EACH ROW WHEN (
  NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.prefix <> OLD.prefix OR NEW.hash <> OLD.hash
  OR NEW.made_by_id IS NOT OLD.made_by_id OR NEW.door <> OLD.door
  OR NEW.created_at <> OLD.created_at
  OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at)
  OR (OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)))
BEGIN
  SELECT RAISE(ABORT, 'api_apikey_identity');
END;
