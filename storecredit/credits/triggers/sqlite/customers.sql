-- What one person asks for about a customer begins as pending, with nothing decided.
-- @trigger credits_customerrequest_begins ON credits_customerrequest
CREATE TRIGGER credits_customerrequest_begins BEFORE INSERT ON credits_customerrequest FOR EACH ROW WHEN (
  NEW.status <> 'PENDING')
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_begins');
END;

-- It stays what was asked for. It is decided once; what was done is taken back once, but for what makes anonymous.
-- @trigger credits_customerrequest_frozen ON credits_customerrequest
CREATE TRIGGER credits_customerrequest_frozen BEFORE UPDATE ON credits_customerrequest FOR EACH ROW WHEN (
  (NEW.id, NEW.kind, NEW.customer_id, NEW.other_id, NEW.currency, NEW.amount_minor, NEW.note, NEW.test_mode,
   NEW.requested_by_id, NEW.requested_label, NEW.door, NEW.created_at)
  IS NOT (OLD.id, OLD.kind, OLD.customer_id, OLD.other_id, OLD.currency, OLD.amount_minor, OLD.note, OLD.test_mode,
   OLD.requested_by_id, OLD.requested_label, OLD.door, OLD.created_at)
  OR (OLD.status <> 'PENDING'
      AND (NEW.decided_by_id, NEW.decided_label, NEW.decided_at, NEW.decision_note)
        IS NOT (OLD.decided_by_id, OLD.decided_label, OLD.decided_at, OLD.decision_note))
  OR OLD.status IN ('REJECTED', 'CANCELED', 'UNDONE')
  OR (OLD.status = 'APPROVED'
      AND NEW.status <> 'APPROVED' AND (NEW.status <> 'UNDONE' OR OLD.kind = 'ANONYMISE'))
  OR (NEW.result IS NOT OLD.result AND (OLD.result <> '{}' OR NEW.status <> 'APPROVED'))
  OR (OLD.status = 'PENDING' AND NEW.status NOT IN ('PENDING', 'APPROVED', 'REJECTED', 'CANCELED')))
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_frozen');
END;

-- Nobody becomes somebody else, or themself again, but by what two people decided.
-- @trigger credits_customerrequest_merges ON ledger_customer
CREATE TRIGGER credits_customerrequest_merges BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN (
  NEW.merged_into_id IS NOT OLD.merged_into_id)
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_merges') WHERE NOT EXISTS (
    SELECT 1 FROM credits_customerrequest r
     WHERE r.kind = 'MERGE'
       AND ((r.status = 'APPROVED' AND r.other_id = NEW.merged_into_id
             AND r.customer_id = COALESCE(OLD.merged_into_id, NEW.id))
         OR (r.status = 'UNDONE' AND r.other_id = OLD.merged_into_id
             AND r.customer_id = COALESCE(NEW.merged_into_id, NEW.id))));
END;

-- Nor nobody, and that for good.
-- @trigger credits_customerrequest_anonymises ON ledger_customer
CREATE TRIGGER credits_customerrequest_anonymises BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN (
  NEW.anonymised_at IS NOT OLD.anonymised_at)
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_anonymises')
   WHERE OLD.anonymised_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM credits_customerrequest r
     WHERE r.kind = 'ANONYMISE' AND r.status = 'APPROVED' AND r.customer_id IN (NEW.id, NEW.merged_into_id));
END;

-- What a person is called is erased only as two people decided it, and before the customer is said to be anonymous.
-- @trigger credits_customerrequest_erases ON audit_erasure
CREATE TRIGGER credits_customerrequest_erases BEFORE INSERT ON audit_erasure FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_erases') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_customer c JOIN credits_customerrequest r ON r.customer_id IN (c.id, c.merged_into_id)
     WHERE c.id = NEW.customer_id AND c.anonymised_at IS NULL AND r.kind = 'ANONYMISE' AND r.status = 'APPROVED');
END;
