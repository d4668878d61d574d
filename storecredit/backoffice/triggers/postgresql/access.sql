-- What was asked for stays what it was, and is decided once.
-- @trigger backoffice_accesschange_frozen ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_frozen BEFORE UPDATE ON backoffice_accesschange
FOR EACH ROW WHEN (OLD.state NOT IN ('WAITING', 'DOING')
  OR (OLD.state = 'DOING' AND (NEW.state <> 'APPLIED' OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
    OR NEW.decided_door <> OLD.decided_door OR NEW.decided_at <> OLD.decided_at))
  OR (NEW.id, NEW.kind, NEW.subject_id, NEW.subject_label, NEW.before, NEW.after, NEW.asked_by_id, NEW.created_at,
    NEW.expires_at)
    IS DISTINCT FROM (OLD.id, OLD.kind, OLD.subject_id, OLD.subject_label, OLD.before, OLD.after, OLD.asked_by_id,
    OLD.created_at, OLD.expires_at))
EXECUTE FUNCTION backoffice_accesschange_frozen();

-- It begins by waiting: nothing is approved that nobody could have looked at.
-- @trigger backoffice_accesschange_begins_waiting ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_begins_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_begins_waiting BEFORE INSERT ON backoffice_accesschange
FOR EACH ROW WHEN (NEW.state <> 'WAITING') EXECUTE FUNCTION backoffice_accesschange_begins_waiting();

-- Nobody asks for what they themselves may do, or what a role of theirs may.
-- @trigger backoffice_accesschange_not_own ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_not_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.kind IN ('PERSON', 'CUSTOMER', 'FACTORS') AND NEW.subject_id = NEW.asked_by_id::text)
     OR (NEW.kind = 'ROLE' AND EXISTS (SELECT 1 FROM auth_user_groups g
         WHERE g.user_id = NEW.asked_by_id AND g.group_id::text = NEW.subject_id)) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_not_own BEFORE INSERT ON backoffice_accesschange
FOR EACH ROW EXECUTE FUNCTION backoffice_accesschange_not_own();

-- Nor does anybody approve that.
-- @trigger backoffice_accesschange_not_for_oneself ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_not_for_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.kind IN ('PERSON', 'CUSTOMER', 'FACTORS') AND NEW.subject_id = NEW.decided_by_id::text)
     OR (NEW.kind = 'ROLE' AND EXISTS (SELECT 1 FROM auth_user_groups g
         WHERE g.user_id = NEW.decided_by_id AND g.group_id::text = NEW.subject_id)) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_not_for_oneself BEFORE UPDATE ON backoffice_accesschange
FOR EACH ROW WHEN (NEW.state IN ('DOING', 'APPLIED')) EXECUTE FUNCTION backoffice_accesschange_not_for_oneself();

-- Whoever decides works here still, and has the right to such changes.
-- @trigger backoffice_accesschange_by_who_may ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_by_who_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM auth_user u WHERE u.id = NEW.decided_by_id AND u.is_staff)
     OR NOT person_may(NEW.decided_by_id, CASE NEW.kind WHEN 'SECRET' THEN 'manage_webhook_secrets' ELSE 'change_' || CASE NEW.kind
          WHEN 'PERSON' THEN 'user' WHEN 'CUSTOMER' THEN 'user' WHEN 'FACTORS' THEN 'user' WHEN 'ROLE' THEN 'group'
          WHEN 'CLIENT' THEN 'apiclient' WHEN 'KEY' THEN 'apiclient' WHEN 'POLICY' THEN 'approvalpolicy' ELSE LOWER(REPLACE(NEW.kind, '_', '')) END END) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_by_who_may BEFORE UPDATE ON backoffice_accesschange
FOR EACH ROW WHEN (OLD.state = 'WAITING' AND NEW.state IN ('DOING', 'APPLIED') AND NEW.decided_by_id IS NOT NULL)
EXECUTE FUNCTION backoffice_accesschange_by_who_may();

-- What is being done is done when its transaction ends: what raises would stay open. SQLite has `reconcile` look for it.
-- @trigger backoffice_accesschange_is_done ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_is_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM backoffice_accesschange c WHERE c.id = NEW.id AND c.state = 'DOING') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS backoffice_accesschange_is_done ON backoffice_accesschange;
CREATE CONSTRAINT TRIGGER backoffice_accesschange_is_done AFTER UPDATE ON backoffice_accesschange
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'DOING')
EXECUTE FUNCTION backoffice_accesschange_is_done();

-- It is done before it is approved, taken back by who asked for it, refused by anybody else, and late once it is.
-- @trigger backoffice_accesschange_ends_as_it_is ON backoffice_accesschange
CREATE OR REPLACE FUNCTION backoffice_accesschange_ends_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER backoffice_accesschange_ends_as_it_is BEFORE UPDATE ON backoffice_accesschange
FOR EACH ROW WHEN (OLD.state = 'WAITING' AND (
  NEW.state = 'APPLIED'
  OR (NEW.state = 'WITHDRAWN' AND NEW.decided_by_id IS DISTINCT FROM OLD.asked_by_id)
  OR (NEW.state = 'REFUSED' AND NEW.decided_by_id IS NOT NULL AND NEW.decided_by_id IS NOT DISTINCT FROM OLD.asked_by_id)
  OR (NEW.state = 'EXPIRED' AND (NEW.decided_by_id IS NOT NULL OR NEW.decided_at < OLD.expires_at))))
EXECUTE FUNCTION backoffice_accesschange_ends_as_it_is();

-- In the admin nobody reads a key that does more than look for nobody, unless another administrator agreed lately: to
-- this one key, or to all that a client without any was to do. The shell has the database anyway.
-- @trigger api_apikey_agreed_by_another ON api_apikey
CREATE OR REPLACE FUNCTION api_apikey_agreed_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT access_is_held(TG_RELID) THEN
    RETURN NEW;
  END IF;
  -- Of two at once the other sees the key that this one makes.
  PERFORM 1 FROM api_apiclient c WHERE c.id = NEW.client_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM api_apiclient c, jsonb_array_elements_text(c.scopes) s
      WHERE c.id = NEW.client_id AND c.owner_id IS NULL AND s.value NOT LIKE '%:read')
     AND NOT EXISTS (SELECT 1 FROM backoffice_accesschange a
      WHERE a.state = 'APPLIED' AND a.subject_id = NEW.client_id::text AND a.asked_by_id = NEW.made_by_id
        AND a.decided_at > NEW.created_at - interval '3 days'
        AND (a.kind = 'KEY' OR (a.kind = 'CLIENT' AND a.before -> 'scopes' = '[]'::jsonb
          AND a.after -> 'scopes' IS DISTINCT FROM '[]'::jsonb
          AND NOT EXISTS (SELECT 1 FROM api_apikey k WHERE k.client_id = NEW.client_id)))
        AND NOT EXISTS (SELECT 1 FROM api_apikey k WHERE k.client_id = NEW.client_id AND k.created_at >= a.decided_at))
  THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER api_apikey_agreed_by_another BEFORE INSERT ON api_apikey
FOR EACH ROW WHEN (NEW.door <> 'shell' AND NEW.door NOT LIKE 'command:%')
EXECUTE FUNCTION api_apikey_agreed_by_another();

-- A deleted role takes along what it was given once, so that the next `migrate` brings it back whole. Nothing else does.
-- @trigger auth_group_ends_its_grants ON auth_group
CREATE OR REPLACE FUNCTION auth_group_ends_its_grants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM backoffice_shippedgrant WHERE group_id = OLD.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER auth_group_ends_its_grants AFTER DELETE ON auth_group
FOR EACH ROW EXECUTE FUNCTION auth_group_ends_its_grants();
