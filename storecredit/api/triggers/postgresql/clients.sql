-- No key that somebody reads already comes to speak for another person, or to approve: the keys end before the owner
-- changes and before the client may approve.
-- @trigger api_apiclient_keys_end_first ON api_apiclient
CREATE OR REPLACE FUNCTION api_apiclient_keys_end_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM api_apikey k WHERE k.client_id = NEW.id AND k.revoked_at IS NULL) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER api_apiclient_keys_end_first BEFORE UPDATE ON api_apiclient
FOR EACH ROW WHEN (NEW.owner_id IS DISTINCT FROM OLD.owner_id
  OR (NEW.scopes @> '["credits:approve"]' AND NOT OLD.scopes @> '["credits:approve"]'))
EXECUTE FUNCTION api_apiclient_keys_end_first();

-- Of a client that somebody stands behind only they make a key in the admin. The client is held as it is meanwhile.
-- @trigger api_apikey_of_its_owner ON api_apikey
CREATE OR REPLACE FUNCTION api_apikey_of_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM api_apiclient c WHERE c.id = NEW.client_id FOR SHARE;
  IF NEW.door = 'admin' AND EXISTS (
       SELECT 1 FROM api_apiclient c WHERE c.id = NEW.client_id AND c.owner_id <> COALESCE(NEW.made_by_id, 0)) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER api_apikey_of_its_owner BEFORE INSERT ON api_apikey
FOR EACH ROW EXECUTE FUNCTION api_apikey_of_its_owner();

-- A rate that the program cannot read would stop every call, and compare with no other where one that rises is held.
-- @trigger api_apiclient_rates_are_read ON api_apiclient
CREATE OR REPLACE FUNCTION api_apiclient_rates_are_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER api_apiclient_rates_are_read BEFORE INSERT OR UPDATE OF rate, miss_limit ON api_apiclient
FOR EACH ROW WHEN (NEW.rate !~ '^[1-9][0-9]{0,8}/(s|sec|min|h|hour|d|day)$'
  OR NEW.miss_limit !~ '^[1-9][0-9]{0,8}/(s|sec|min|h|hour|d|day)$')
EXECUTE FUNCTION api_apiclient_rates_are_read();

-- Nor limits that the program reads otherwise than what holds them: whole numbers of minor units, each currency once.
-- @trigger api_apiclient_limits_are_read ON api_apiclient
CREATE OR REPLACE FUNCTION api_apiclient_limits_are_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(NEW.issue_limits) <> 'object' OR jsonb_typeof(NEW.issue_limits_per_day) <> 'object' OR EXISTS (
      SELECT 1 FROM (SELECT * FROM jsonb_each_text(NEW.issue_limits)
                     UNION ALL SELECT * FROM jsonb_each_text(NEW.issue_limits_per_day)) e
       WHERE e.value IS NULL OR e.value !~ '^[1-9][0-9]{0,17}$')
     OR EXISTS (SELECT 1 FROM (SELECT * FROM jsonb_each(NEW.issue_limits)
                               UNION ALL SELECT * FROM jsonb_each(NEW.issue_limits_per_day)) e
                 WHERE jsonb_typeof(e.value) <> 'number') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER api_apiclient_limits_are_read BEFORE INSERT OR UPDATE OF issue_limits, issue_limits_per_day
ON api_apiclient FOR EACH ROW EXECUTE FUNCTION api_apiclient_limits_are_read();
