-- Nobody settles what is owed to themself as a customer, or what was not taken from them.
-- @trigger checkouts_settlement_of_oneself ON checkouts_settlement
CREATE OR REPLACE FUNCTION checkouts_settlement_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(credits_person_of(NEW.actor_kind, NEW.actor_id), ARRAY(
       SELECT unnest(ARRAY[a.customer_id, g.customer_id]) FROM ledger_account a
         LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
        WHERE a.id IN ((SELECT u.account_id FROM checkouts_unreturnedcredit u WHERE u.id = NEW.unreturned_id),
                       (SELECT d.account_id FROM checkouts_creditdeduction d WHERE d.id = NEW.deduction_id)))) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER checkouts_settlement_of_oneself BEFORE INSERT ON checkouts_settlement
FOR EACH ROW WHEN (NEW.actor_kind <> 'SYSTEM') EXECUTE FUNCTION checkouts_settlement_of_oneself();
