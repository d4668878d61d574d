-- Whoever is a customer themself moves none of that customer's money, at whatever door: each line of the books says who
-- acts, and that is compared here. A refusal by a rule whose name ends in `_of_oneself` is one sentence at every door.
-- @trigger {table}_of_oneself ON {table}
-- @for table=ledger_transaction
-- @for table=ledger_hold
-- @for table=ledger_accountevent
CREATE OR REPLACE FUNCTION {table}_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person bigint := credits_person_of(NEW.actor_kind, NEW.actor_id);
BEGIN
  IF person IS NOT NULL AND EXISTS (SELECT 1 FROM credits_personcustomer l WHERE l.person_id = person)
     AND credits_is_own(person, ARRAY[
       (SELECT a.customer_id FROM ledger_account a WHERE a.id = NEW.account_id),
       (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.account_id = NEW.account_id)]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_of_oneself BEFORE INSERT ON {table}
FOR EACH ROW WHEN (NEW.actor_kind <> 'SYSTEM') EXECUTE FUNCTION {table}_of_oneself();

-- Nor do they let go of what is held of it, or hold it for longer.
-- @trigger ledger_hold_release_of_oneself ON ledger_hold
CREATE OR REPLACE FUNCTION ledger_hold_release_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(credits_person_of(NEW.changed_kind, NEW.changed_id), ARRAY[
       (SELECT a.customer_id FROM ledger_account a WHERE a.id = NEW.account_id),
       (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.account_id = NEW.account_id)]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_hold_release_of_oneself BEFORE UPDATE ON ledger_hold
FOR EACH ROW WHEN (NEW.changed_kind <> 'SYSTEM' AND (
  (NEW.status = 'RELEASED' AND OLD.status = 'OPEN') OR NEW.expires_at <> OLD.expires_at))
EXECUTE FUNCTION ledger_hold_release_of_oneself();

-- Nor let it last longer, or shorter.
-- @trigger ledger_lotexpiry_of_oneself ON ledger_lotexpiry
CREATE OR REPLACE FUNCTION ledger_lotexpiry_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(credits_person_of(NEW.actor_kind, NEW.actor_id), ARRAY(
       SELECT unnest(ARRAY[a.customer_id, g.customer_id]) FROM ledger_lot t
         JOIN ledger_account a ON a.id = t.account_id LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
        WHERE t.id = NEW.lot_id)) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lotexpiry_of_oneself BEFORE INSERT ON ledger_lotexpiry
FOR EACH ROW WHEN (NEW.actor_kind <> 'SYSTEM') EXECUTE FUNCTION ledger_lotexpiry_of_oneself();

-- Nor do anything to a card of theirs, or to one that becomes theirs by it. Looking at its code is no deed.
-- @trigger giftcards_cardevent_of_oneself ON giftcards_cardevent
CREATE OR REPLACE FUNCTION giftcards_cardevent_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(credits_person_of(NEW.actor_kind, NEW.actor_id), ARRAY[
       NEW.customer_id, (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.id = NEW.card_id)]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardevent_of_oneself BEFORE INSERT ON giftcards_cardevent
FOR EACH ROW WHEN (NEW.actor_kind <> 'SYSTEM' AND NEW.kind <> 'REVEALED')
EXECUTE FUNCTION giftcards_cardevent_of_oneself();

-- Nor decide a credit request that pays them: each vote and each end is told of here first. What they asked for themself,
-- they may take back.
-- @trigger credits_creditrequestevent_of_oneself ON credits_creditrequestevent
CREATE OR REPLACE FUNCTION credits_creditrequestevent_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credits_personcustomer l WHERE l.person_id = NEW.person_id) AND EXISTS (
       SELECT 1 FROM credits_creditrequest r LEFT JOIN giftcards_giftcard g ON g.id = r.payee_card_id
        WHERE r.id = NEW.request_id AND (NEW.kind <> 'CANCELED' OR r.requested_by_id IS DISTINCT FROM NEW.person_id)
          AND credits_is_own(NEW.person_id, ARRAY[
                r.payee_customer_id, g.customer_id, (r.terms ->> 'customer_id')::bigint])) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequestevent_of_oneself BEFORE INSERT ON credits_creditrequestevent
FOR EACH ROW WHEN (NEW.person_id IS NOT NULL AND NEW.kind IN ('VOTED', 'APPROVED', 'REJECTED', 'FAILED', 'CANCELED'))
EXECUTE FUNCTION credits_creditrequestevent_of_oneself();

-- No policy pays them what their own API client asked for.
-- @trigger credits_creditrequest_of_oneself ON credits_creditrequest
CREATE OR REPLACE FUNCTION credits_creditrequest_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(NEW.requested_by_id, ARRAY[
       NEW.payee_customer_id, (SELECT g.customer_id FROM giftcards_giftcard g WHERE g.id = NEW.payee_card_id),
       (NEW.terms ->> 'customer_id')::bigint]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequest_of_oneself BEFORE UPDATE ON credits_creditrequest
FOR EACH ROW WHEN (NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED' AND NEW.decided_policy_id IS NOT NULL
                   AND NEW.requested_by_id IS NOT NULL)
EXECUTE FUNCTION credits_creditrequest_of_oneself();

-- Nor decide about merging them, moving their credit or making them anonymous.
-- @trigger credits_customerrequest_of_oneself ON credits_customerrequest
CREATE OR REPLACE FUNCTION credits_customerrequest_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF credits_is_own(CASE NEW.status WHEN 'UNDONE' THEN NEW.undone_by_id ELSE NEW.decided_by_id END,
                    ARRAY[NEW.customer_id, NEW.other_id]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_customerrequest_of_oneself BEFORE UPDATE ON credits_customerrequest
FOR EACH ROW WHEN (NEW.status IN ('APPROVED', 'REJECTED', 'UNDONE') AND NEW.status <> OLD.status)
EXECUTE FUNCTION credits_customerrequest_of_oneself();

-- Nor what state they are in: banned, archived or not.
-- @trigger ledger_customer_of_oneself ON ledger_customer
CREATE OR REPLACE FUNCTION ledger_customer_of_oneself() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  who jsonb := NULLIF(current_setting('storecredit.actor', true), '')::jsonb;
BEGIN
  IF credits_is_own(credits_person_of(who ->> 'kind', who ->> 'id'), ARRAY[NEW.id]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_customer_of_oneself BEFORE UPDATE ON ledger_customer
FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION ledger_customer_of_oneself();
