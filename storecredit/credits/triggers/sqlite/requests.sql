-- A request begins as pending, in its first version, with nothing decided.
-- @trigger credits_creditrequest_begins ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_begins BEFORE INSERT ON credits_creditrequest FOR EACH ROW WHEN (
  NEW.status <> 'PENDING' OR NEW.version <> 1 OR NEW.transaction_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_begins');
END;

-- After creation only the note, the attributes, the state and what was decided change; the payee only with a new version,
-- and not as it is asked for again. The number of a card that is to be made is given up with the decision.
-- @trigger credits_creditrequest_frozen ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_frozen BEFORE UPDATE ON credits_creditrequest FOR EACH ROW WHEN (
  (NEW.id, NEW.order_kind, NEW.order_value, NEW.tenant, NEW.channel, NEW.kind, NEW.amount_minor, NEW.currency,
   NEW.reason_id, NEW.sub_reason, NEW.policy_code, NEW.source, NEW.employee, NEW.payment_counter, NEW.amounts,
   NEW.credit_expires_on, NEW.terms, NEW.requested_by_id, NEW.requested_client_id, NEW.requested_label,
   NEW.requested_kind, NEW.door, NEW.request_id, NEW.batch_id, NEW.batch_line, NEW.test_mode, NEW.created_at,
   NEW.metadata)
  IS NOT
  (OLD.id, OLD.order_kind, OLD.order_value, OLD.tenant, OLD.channel, OLD.kind, OLD.amount_minor, OLD.currency,
   OLD.reason_id, OLD.sub_reason, OLD.policy_code, OLD.source, OLD.employee, OLD.payment_counter, OLD.amounts,
   OLD.credit_expires_on, OLD.terms, OLD.requested_by_id, OLD.requested_client_id, OLD.requested_label,
   OLD.requested_kind, OLD.door, OLD.request_id, OLD.batch_id, OLD.batch_line, OLD.test_mode, OLD.created_at,
   OLD.metadata)
  OR ((NEW.version = OLD.version OR OLD.status = 'FAILED')
      AND ((NEW.payee_kind, NEW.payee_card_id, NEW.payee_customer_id)
             IS NOT (OLD.payee_kind, OLD.payee_card_id, OLD.payee_customer_id)
           OR (NEW.number_last_four <> OLD.number_last_four
               AND (NEW.number_last_four <> '' OR NEW.status NOT IN ('CONFIRMED', 'CANCELED')))
           OR (NEW.number_key = OLD.number_key AND NEW.number_digest <> OLD.number_digest)))
  OR (NEW.version <> OLD.version AND (NEW.version <> OLD.version + 1 OR OLD.status NOT IN ('PENDING', 'FAILED')
                                      OR NEW.status <> 'PENDING'))
  OR (OLD.status IN ('CONFIRMED', 'CANCELED')
      AND (NEW.status, NEW.version, NEW.transaction_id, NEW.issued_card_id, NEW.decided_by_id, NEW.decided_policy_id,
           NEW.decided_label, NEW.decided_at)
        IS NOT (OLD.status, OLD.version, OLD.transaction_id, OLD.issued_card_id, OLD.decided_by_id,
           OLD.decided_policy_id, OLD.decided_label, OLD.decided_at)))
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_frozen');
END;

-- From pending to any end, from failed back to pending in a new version; confirmed by the entry that this request was paid
-- out with, and by a person who has approved this very version or by a policy that covers what an API client asks for.
-- @trigger credits_creditrequest_decided ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_decided BEFORE UPDATE ON credits_creditrequest FOR EACH ROW WHEN (
  NEW.status <> OLD.status)
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_decided')
   WHERE NOT (OLD.status = 'PENDING'
              OR (OLD.status = 'FAILED' AND NEW.status = 'PENDING' AND NEW.version > OLD.version))
      OR (NEW.status = 'CONFIRMED' AND NOT EXISTS (
            SELECT 1 FROM ledger_transaction t
             WHERE t.id = NEW.transaction_id AND t.amount_minor = NEW.amount_minor AND t.currency = NEW.currency
               AND t.key = 'credit-request:' || NEW.id))
      OR (NEW.status = 'CONFIRMED' AND NEW.decided_by_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM credits_creditrequestvote v
             WHERE v.request_id = NEW.id AND v.version = NEW.version AND v.person_id = NEW.decided_by_id))
      OR (NEW.status = 'CONFIRMED' AND NEW.decided_policy_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM credits_approvalpolicy p
             WHERE p.id = NEW.decided_policy_id AND p.currency = NEW.currency AND p.kind IN ('', NEW.kind)
               AND p.code IN ('', NEW.policy_code) AND p.auto_approve_up_to_minor >= NEW.amount_minor
               AND NEW.requested_client_id = COALESCE(p.client_id, NEW.requested_client_id)));
END;

-- Another version comes only with the line that says who turned it to another payee or asked again.
-- @trigger credits_creditrequest_version_is_told ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_version_is_told BEFORE UPDATE ON credits_creditrequest FOR EACH ROW WHEN (NEW.version = OLD.version + 1 AND OLD.status IN ('PENDING', 'FAILED'))
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_version_is_told') WHERE NOT EXISTS (SELECT 1 FROM credits_creditrequestevent e
                  WHERE e.request_id = NEW.id AND e.version = NEW.version AND e.from_status = OLD.status
                    AND e.to_status = NEW.status AND e.kind = CASE OLD.status WHEN 'FAILED' THEN 'RETRIED' ELSE 'PAYEE_CHANGED' END);
END;

-- No state is left for another one without the line that says who did it. A confirmation's line is that of who decided.
-- @trigger credits_creditrequest_status_is_told ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_status_is_told BEFORE UPDATE ON credits_creditrequest FOR EACH ROW WHEN (NEW.status <> OLD.status)
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_status_is_told') WHERE NOT EXISTS (
    SELECT 1 FROM credits_creditrequestevent e
     WHERE e.request_id = NEW.id AND e.version = NEW.version AND e.from_status = OLD.status AND e.to_status = NEW.status
       AND e.person_id IS COALESCE(NEW.decided_by_id, e.person_id));
END;
