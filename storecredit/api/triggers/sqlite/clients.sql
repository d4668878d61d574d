-- No key that somebody reads already comes to speak for another person, or to approve: the keys end before the owner
-- changes and before the client may approve.
-- @trigger api_apiclient_keys_end_first ON api_apiclient
CREATE TRIGGER api_apiclient_keys_end_first BEFORE UPDATE ON api_apiclient FOR EACH ROW
WHEN NEW.owner_id IS NOT OLD.owner_id
  OR (EXISTS (SELECT 1 FROM json_each(NEW.scopes) s WHERE s.value = 'credits:approve')
      AND NOT EXISTS (SELECT 1 FROM json_each(OLD.scopes) s WHERE s.value = 'credits:approve'))
BEGIN
  SELECT RAISE(ABORT, 'api_apiclient_keys_end_first')
   WHERE EXISTS (SELECT 1 FROM api_apikey k WHERE k.client_id = NEW.id AND k.revoked_at IS NULL);
END;

-- Of a client that somebody stands behind only they make a key in the admin.
-- @trigger api_apikey_of_its_owner ON api_apikey
CREATE TRIGGER api_apikey_of_its_owner BEFORE INSERT ON api_apikey FOR EACH ROW WHEN NEW.door = 'admin'
BEGIN
  SELECT RAISE(ABORT, 'api_apikey_of_its_owner')
   WHERE EXISTS (SELECT 1 FROM api_apiclient c WHERE c.id = NEW.client_id
                    AND c.owner_id <> COALESCE(NEW.made_by_id, 0));
END;

-- A rate that the program cannot read would stop every call, and compare with no other where one that rises is held.
-- @trigger api_apiclient_rates_are_read{when} ON api_apiclient
-- @for when= statement=INSERT
-- @for when=_changed statement=UPDATE
CREATE TRIGGER api_apiclient_rates_are_read{when} BEFORE {statement} ON api_apiclient FOR EACH ROW
WHEN EXISTS (SELECT 1 FROM (SELECT NEW.rate AS rate UNION ALL SELECT NEW.miss_limit)
  WHERE SUBSTR(rate, 1, INSTR(rate, '/') - 1) NOT GLOB '[1-9]*' OR SUBSTR(rate, 1, INSTR(rate, '/') - 1) GLOB '*[^0-9]*'
    OR INSTR(rate, '/') > 10
    OR SUBSTR(rate, INSTR(rate, '/') + 1) NOT IN ('s', 'sec', 'min', 'h', 'hour', 'd', 'day'))
BEGIN
  SELECT RAISE(ABORT, 'api_apiclient_rates_are_read');
END;

-- Nor limits that the program reads otherwise than what holds them: whole numbers of minor units, each currency once.
-- @trigger api_apiclient_{limits}_are_read{when} ON api_apiclient
-- @for limits=issue_limits when= statement=INSERT
-- @for limits=issue_limits when=_changed statement=UPDATE
-- @for limits=issue_limits_per_day when= statement=INSERT
-- @for limits=issue_limits_per_day when=_changed statement=UPDATE
CREATE TRIGGER api_apiclient_{limits}_are_read{when} BEFORE {statement} ON api_apiclient FOR EACH ROW
WHEN json_type(NEW.{limits}) <> 'object' OR EXISTS (
    SELECT 1 FROM json_each(NEW.{limits}) e WHERE e.type <> 'integer' OR e.value <= 0 OR e.value >= 1e18)
  OR EXISTS (SELECT 1 FROM json_each(NEW.{limits}) e GROUP BY e.key HAVING COUNT(*) > 1)
BEGIN
  SELECT RAISE(ABORT, 'api_apiclient_limits_are_read');
END;
