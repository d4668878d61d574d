-- What a person approves waits, or is decided by them in this very moment, and they did not ask for it, nor stand behind
-- the client that did.
-- @trigger credits_moneyapproval_four_eyes ON credits_moneyapproval
CREATE TRIGGER credits_moneyapproval_four_eyes BEFORE INSERT ON credits_moneyapproval FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_moneyapproval_four_eyes')
   WHERE NOT EXISTS (SELECT 1 FROM credits_customerrequest r
                      WHERE r.id = NEW.customer_request_id AND r.requested_by_id <> NEW.person_id
                        AND (r.status = 'PENDING' OR (r.status = 'APPROVED' AND r.decided_by_id = NEW.person_id
                                                      AND r.decided_at = NEW.created_at)))
     AND NOT EXISTS (SELECT 1 FROM finance_correction c
                      WHERE c.id = NEW.correction_id AND c.status = 'PENDING' AND c.asked_by_id <> NEW.person_id
                        AND NOT EXISTS (SELECT 1 FROM credits_clientperson p
                                         WHERE p.client_id = c.asked_client_id AND p.person_id = NEW.person_id));
END;

-- Nor is it about themself as a customer.
-- @trigger credits_moneyapproval_of_oneself ON credits_moneyapproval
CREATE TRIGGER credits_moneyapproval_of_oneself BEFORE INSERT ON credits_moneyapproval FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_moneyapproval_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = NEW.person_id
       AND (EXISTS (
              SELECT 1 FROM finance_correction f JOIN ledger_account a ON a.id = f.account_id
                LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
               WHERE f.id = NEW.correction_id
                 AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id)))
         OR EXISTS (
              SELECT 1 FROM credits_customerrequest r
               WHERE r.id = NEW.customer_request_id
                 AND (r.customer_id IN (c.id, c.merged_into_id) OR r.other_id IN (c.id, c.merged_into_id)))));
END;
