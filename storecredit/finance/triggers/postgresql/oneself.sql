-- Nobody approves or refuses a correction of what is their own as a customer. What they asked for, they may take back.
-- @trigger finance_correction_of_oneself ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(NEW.decided_by_id, ARRAY[
       (SELECT a.customer_id FROM ledger_account a WHERE a.id = NEW.account_id),
       (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.account_id = NEW.account_id)]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_correction_of_oneself BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (NEW.status IN ('APPROVED', 'REJECTED') AND NEW.status <> OLD.status)
EXECUTE FUNCTION finance_correction_of_oneself();

-- Nor do they decide what becomes of a finding about it. Anybody may say that they have looked.
-- @trigger finance_findingevent_of_oneself ON finance_findingevent
CREATE OR REPLACE FUNCTION finance_findingevent_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(credits_person_of(NEW.actor_kind, NEW.actor_id), ARRAY(
       SELECT unnest(ARRAY[a.customer_id, g.customer_id, c.id]) FROM finance_reconciliationfinding f
         LEFT JOIN ledger_account a ON a.number = COALESCE(NULLIF(f.account_number, ''), f.subject_id)
         LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
         LEFT JOIN ledger_customer c ON f.subject_kind = 'customer' AND f.subject_id IN (c.number, c.id::text)
        WHERE f.id = NEW.finding_id)) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_findingevent_of_oneself BEFORE INSERT ON finance_findingevent
FOR EACH ROW WHEN (NEW.actor_kind <> 'SYSTEM' AND NEW.from_state <> NEW.to_state)
EXECUTE FUNCTION finance_findingevent_of_oneself();
