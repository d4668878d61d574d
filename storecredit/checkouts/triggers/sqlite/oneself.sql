-- Nobody settles what is owed to themself as a customer, or what was not taken from them.
-- @trigger checkouts_settlement_of_oneself ON checkouts_settlement
CREATE TRIGGER checkouts_settlement_of_oneself BEFORE INSERT ON checkouts_settlement FOR EACH ROW
WHEN NEW.actor_kind <> 'SYSTEM'
BEGIN
  SELECT RAISE(ABORT, 'checkouts_settlement_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.actor_kind WHEN 'STAFF' THEN CAST(NEW.actor_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.actor_id AS INTEGER)) END
       AND EXISTS (
             SELECT 1 FROM ledger_account a LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
              WHERE a.id IN ((SELECT u.account_id FROM checkouts_unreturnedcredit u WHERE u.id = NEW.unreturned_id),
                             (SELECT d.account_id FROM checkouts_creditdeduction d WHERE d.id = NEW.deduction_id))
                AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id))));
END;
