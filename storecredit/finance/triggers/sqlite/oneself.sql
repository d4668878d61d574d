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
