-- @trigger checkouts_vendororder_identity ON checkouts_vendororder
CREATE TRIGGER checkouts_vendororder_identity BEFORE UPDATE ON checkouts_vendororder FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.test_mode IS NOT OLD.test_mode
  OR NEW.created_at IS NOT OLD.created_at
  OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS NOT OLD.accepted_at))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendororder_identity');
END;

-- @trigger checkouts_vendorgiveback_identity ON checkouts_vendorgiveback
CREATE TRIGGER checkouts_vendorgiveback_identity BEFORE UPDATE ON checkouts_vendorgiveback FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.source_id IS NOT OLD.source_id
  OR NEW.key IS NOT OLD.key OR NEW.asked IS NOT OLD.asked OR NEW.event_id IS NOT OLD.event_id
  OR NEW.created_at IS NOT OLD.created_at OR OLD.applied_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_vendorgiveback_identity');
END;

-- What came is kept as it came. Once it is over and has had its time, its digest and its length are what is kept.
-- @trigger checkouts_webhookevent_identity ON checkouts_webhookevent
CREATE TRIGGER checkouts_webhookevent_identity BEFORE UPDATE ON checkouts_webhookevent FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.event_id IS NOT OLD.event_id OR NEW.type IS NOT OLD.type OR (NEW.body IS NOT OLD.body AND NOT (
    OLD.state IN ('PROCESSED', 'IGNORED', 'SETTLED') AND OLD.received_at < datetime('now', '-1 day')
    AND substr(OLD.body, 1, 15) <> CAST('{"erased": true' AS BLOB)
    AND NEW.body = CAST('{"erased": true, "sha256": "' || SHA256(CAST(OLD.body AS TEXT)) || '", "bytes": '
      || length(OLD.body) || '}' AS BLOB)))
  OR NEW.test_mode IS NOT OLD.test_mode OR NEW.received_at IS NOT OLD.received_at)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhookevent_identity');
END;

-- Settled only after it failed, with the line that says who did what about it; and then for good.
-- @trigger checkouts_webhookevent_settled_by_settlement ON checkouts_webhookevent
CREATE TRIGGER checkouts_webhookevent_settled_by_settlement BEFORE UPDATE ON checkouts_webhookevent FOR EACH ROW WHEN (
  NEW.state IS NOT OLD.state AND (OLD.state = 'SETTLED' OR NEW.state = 'SETTLED'))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhookevent_settled_by_settlement')
   WHERE OLD.state <> 'FAILED' OR NOT EXISTS (SELECT 1 FROM checkouts_settlement s WHERE s.event_id = NEW.id);
END;

-- Two secrets of a mode are live at a time, and a retired one stays retired.
-- @trigger checkouts_webhooksecret_two_live ON checkouts_webhooksecret
CREATE TRIGGER checkouts_webhooksecret_two_live BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhooksecret_two_live') WHERE NEW.retired_at IS NULL AND 2 <= (
    SELECT COUNT(*) FROM checkouts_webhooksecret WHERE test_mode = NEW.test_mode AND retired_at IS NULL);
END;

-- A secret has 32 characters or more; nonce and tag make 28 bytes more of its ciphertext. Older ones may be shorter.
-- @trigger checkouts_webhooksecret_long_enough ON checkouts_webhooksecret
CREATE TRIGGER checkouts_webhooksecret_long_enough BEFORE INSERT ON checkouts_webhooksecret FOR EACH ROW WHEN (
  LENGTH(NEW.cipher) < 60)
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhooksecret_long_enough');
END;

-- @trigger checkouts_webhooksecret_identity ON checkouts_webhooksecret
CREATE TRIGGER checkouts_webhooksecret_identity BEFORE UPDATE ON checkouts_webhooksecret FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.test_mode IS NOT OLD.test_mode OR NEW.created_at IS NOT OLD.created_at
  OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL) OR LENGTH(NEW.cipher) <> LENGTH(OLD.cipher))
BEGIN
  SELECT RAISE(ABORT, 'checkouts_webhooksecret_identity');
END;
