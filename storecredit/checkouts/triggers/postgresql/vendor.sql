-- @trigger checkouts_vendororder_identity ON checkouts_vendororder
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendororder_identity BEFORE UPDATE ON checkouts_vendororder FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.created_at IS DISTINCT FROM OLD.created_at
  OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at))
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_vendorgiveback_identity ON checkouts_vendorgiveback
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_vendorgiveback_identity BEFORE UPDATE ON checkouts_vendorgiveback FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.order_id IS DISTINCT FROM OLD.order_id
  OR NEW.source_id IS DISTINCT FROM OLD.source_id OR NEW.key IS DISTINCT FROM OLD.key
  OR NEW.asked IS DISTINCT FROM OLD.asked OR NEW.event_id IS DISTINCT FROM OLD.event_id
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR OLD.applied_at IS NOT NULL)
EXECUTE FUNCTION checkouts_refuse();

-- What came is kept as it came. Once it is over and has had its time, its digest and its length are what is kept.
-- @trigger checkouts_webhookevent_identity ON checkouts_webhookevent
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhookevent_identity BEFORE UPDATE ON checkouts_webhookevent FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.type IS DISTINCT FROM OLD.type
  OR (NEW.body IS DISTINCT FROM OLD.body AND NOT (
    OLD.state IN ('PROCESSED', 'IGNORED', 'SETTLED') AND OLD.received_at < now() - interval '1 day'
    AND substr(OLD.body, 1, 15) <> convert_to('{"erased": true', 'UTF8')
    AND NEW.body = convert_to('{"erased": true, "sha256": "' || encode(sha256(OLD.body), 'hex') || '", "bytes": '
      || length(OLD.body) || '}', 'UTF8')))
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.received_at IS DISTINCT FROM OLD.received_at)
EXECUTE FUNCTION checkouts_refuse();

-- Settled only after it failed, with the line that says who did what about it; and then for good.
-- @trigger checkouts_webhookevent_settled_by_settlement ON checkouts_webhookevent
CREATE OR REPLACE FUNCTION checkouts_webhookevent_settled_by_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'FAILED' OR NOT EXISTS (SELECT 1 FROM checkouts_settlement s WHERE s.event_id = NEW.id) THEN
    RAISE EXCEPTION 'checkouts_webhookevent_settled_by_settlement'
      USING ERRCODE = '23000', CONSTRAINT = 'checkouts_webhookevent_settled_by_settlement';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhookevent_settled_by_settlement BEFORE UPDATE ON checkouts_webhookevent
FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND (OLD.state = 'SETTLED' OR NEW.state = 'SETTLED'))
EXECUTE FUNCTION checkouts_webhookevent_settled_by_settlement();

-- Two secrets of a mode are live at a time, and a retired one stays retired.
-- @trigger checkouts_webhooksecret_two_live ON checkouts_webhooksecret
CREATE OR REPLACE FUNCTION checkouts_webhooksecret_two_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.retired_at IS NULL AND 2 <= (
    SELECT COUNT(*) FROM checkouts_webhooksecret WHERE test_mode = NEW.test_mode AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'checkouts_webhooksecret_two_live' USING ERRCODE = '23000', CONSTRAINT = 'checkouts_webhooksecret_two_live';
  END IF;
  RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhooksecret_two_live BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW EXECUTE FUNCTION checkouts_webhooksecret_two_live();

-- A secret has 32 characters or more; nonce and tag make 28 bytes more of its ciphertext. Older ones may be shorter.
-- @trigger checkouts_webhooksecret_long_enough ON checkouts_webhooksecret
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhooksecret_long_enough BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW WHEN (
  LENGTH(NEW.cipher) < 60)
EXECUTE FUNCTION checkouts_refuse();

-- @trigger checkouts_webhooksecret_identity ON checkouts_webhooksecret
CREATE OR REPLACE FUNCTION checkouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER checkouts_webhooksecret_identity BEFORE UPDATE ON checkouts_webhooksecret FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL)
  OR LENGTH(NEW.cipher) <> LENGTH(OLD.cipher))
EXECUTE FUNCTION checkouts_refuse();
