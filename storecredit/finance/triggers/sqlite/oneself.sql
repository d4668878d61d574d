-- Nobody approves or refuses a correction of what is their own as a customer. What they asked for, they may take back.
-- @trigger finance_correction_of_oneself ON finance_correction
CREATE TRIGGER finance_correction_of_oneself BEFORE UPDATE ON finance_correction FOR EACH ROW WHEN (
  NEW.status IN ('APPROVED', 'REJECTED') AND NEW.status <> OLD.status)
BEGIN
  SELECT RAISE(ABORT, 'finance_correction_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = NEW.decided_by_id
       AND EXISTS (
             SELECT 1 FROM ledger_account a LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
              WHERE a.id = NEW.account_id
                AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor do they decide what becomes of a finding about it. Anybody may say that they have looked.
-- @trigger finance_findingevent_of_oneself ON finance_findingevent
CREATE TRIGGER finance_findingevent_of_oneself BEFORE INSERT ON finance_findingevent FOR EACH ROW WHEN (
  NEW.actor_kind <> 'SYSTEM' AND NEW.from_state <> NEW.to_state)
BEGIN
  SELECT RAISE(ABORT, 'finance_findingevent_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
      JOIN finance_reconciliationfinding f ON f.id = NEW.finding_id
     WHERE l.person_id = CASE NEW.actor_kind WHEN 'STAFF' THEN CAST(NEW.actor_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.actor_id AS INTEGER)) END
       AND (EXISTS (
              SELECT 1 FROM ledger_account a LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
               WHERE a.number = COALESCE(NULLIF(f.account_number, ''), f.subject_id)
                 AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id)))
         OR EXISTS (
              SELECT 1 FROM ledger_customer o
               WHERE f.subject_kind = 'customer' AND f.subject_id IN (o.number, CAST(o.id AS TEXT))
                 AND o.id IN (c.id, c.merged_into_id))));
END;
