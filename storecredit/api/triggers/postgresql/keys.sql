-- A record is answered once, by the transaction that made it, and then stands: else its key would pay a second time.
-- @trigger api_idempotencyrecord_answered_once ON api_idempotencyrecord
CREATE OR REPLACE FUNCTION api_idempotencyrecord_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER api_idempotencyrecord_answered_once BEFORE UPDATE ON api_idempotencyrecord
FOR EACH ROW WHEN (OLD.answer <> ''
  OR NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.namespace <> OLD.namespace OR NEW.key <> OLD.key
  OR NEW.fingerprint <> OLD.fingerprint OR NEW.version <> OLD.version OR NEW.status <> OLD.status
  OR NEW.created_at <> OLD.created_at)
EXECUTE FUNCTION api_idempotencyrecord_answered_once();

-- A key is never another client's or another secret, and one that was revoked stays revoked, at the moment it was.
-- @trigger api_apikey_identity ON api_apikey
CREATE OR REPLACE FUNCTION api_apikey_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER api_apikey_identity BEFORE UPDATE ON api_apikey
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.prefix <> OLD.prefix OR NEW.hash <> OLD.hash
  OR NEW.made_by_id IS DISTINCT FROM OLD.made_by_id OR NEW.door <> OLD.door
  OR NEW.created_at <> OLD.created_at
  OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
  OR (OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)))
EXECUTE FUNCTION api_apikey_identity();
