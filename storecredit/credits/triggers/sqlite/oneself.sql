-- Whoever is a customer themself moves none of that customer's money, at whatever door: each line of the books says who
-- acts, and that is compared here. A refusal by a rule whose name ends in `_of_oneself` is one sentence at every door.
-- @trigger {table}_of_oneself ON {table}
-- @for table=ledger_transaction
-- @for table=ledger_hold
-- @for table=ledger_accountevent
CREATE TRIGGER {table}_of_oneself BEFORE INSERT ON {table} FOR EACH ROW WHEN NEW.actor_kind <> 'SYSTEM'
BEGIN
  SELECT RAISE(ABORT, '{table}_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.actor_kind WHEN 'STAFF' THEN CAST(NEW.actor_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.actor_id AS INTEGER)) END
       AND EXISTS (
             SELECT 1 FROM ledger_account a LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
              WHERE a.id = NEW.account_id
                AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor do they let go of what is held of it, or hold it for longer.
-- @trigger ledger_hold_release_of_oneself ON ledger_hold
CREATE TRIGGER ledger_hold_release_of_oneself BEFORE UPDATE ON ledger_hold FOR EACH ROW
WHEN NEW.changed_kind <> 'SYSTEM' AND (
  (NEW.status = 'RELEASED' AND OLD.status = 'OPEN') OR NEW.expires_at <> OLD.expires_at)
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_release_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.changed_kind WHEN 'STAFF' THEN CAST(NEW.changed_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.changed_id AS INTEGER)) END
       AND EXISTS (
             SELECT 1 FROM ledger_account a LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
              WHERE a.id = NEW.account_id
                AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor let it last longer, or shorter.
-- @trigger ledger_lotexpiry_of_oneself ON ledger_lotexpiry
CREATE TRIGGER ledger_lotexpiry_of_oneself BEFORE INSERT ON ledger_lotexpiry FOR EACH ROW
WHEN NEW.actor_kind <> 'SYSTEM'
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotexpiry_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.actor_kind WHEN 'STAFF' THEN CAST(NEW.actor_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.actor_id AS INTEGER)) END
       AND EXISTS (
             SELECT 1 FROM ledger_lot t JOIN ledger_account a ON a.id = t.account_id
                    LEFT JOIN giftcards_giftcard g ON g.account_id = a.id
              WHERE t.id = NEW.lot_id
                AND (a.customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor do anything to a card of theirs, or to one that becomes theirs by it. Looking at its code is no deed.
-- @trigger giftcards_cardevent_of_oneself ON giftcards_cardevent
CREATE TRIGGER giftcards_cardevent_of_oneself BEFORE INSERT ON giftcards_cardevent FOR EACH ROW
WHEN NEW.actor_kind <> 'SYSTEM' AND NEW.kind <> 'REVEALED'
BEGIN
  SELECT RAISE(ABORT, 'giftcards_cardevent_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.actor_kind WHEN 'STAFF' THEN CAST(NEW.actor_id AS INTEGER)
             ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(NEW.actor_id AS INTEGER)) END
       AND (NEW.customer_id IN (c.id, c.merged_into_id) OR EXISTS (
             SELECT 1 FROM giftcards_giftcard g
              WHERE g.id = NEW.card_id AND g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor decide a credit request that pays them: each vote and each end is told of here first. What they asked for themself,
-- they may take back.
-- @trigger credits_creditrequestevent_of_oneself ON credits_creditrequestevent
CREATE TRIGGER credits_creditrequestevent_of_oneself BEFORE INSERT ON credits_creditrequestevent FOR EACH ROW
WHEN (
  NEW.person_id IS NOT NULL AND NEW.kind IN ('VOTED', 'APPROVED', 'REJECTED', 'FAILED', 'CANCELED'))
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequestevent_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = NEW.person_id
       AND EXISTS (
             SELECT 1 FROM credits_creditrequest r LEFT JOIN giftcards_giftcard g ON g.id = r.payee_card_id
              WHERE r.id = NEW.request_id AND (NEW.kind <> 'CANCELED' OR r.requested_by_id IS NOT NEW.person_id)
                AND (r.payee_customer_id IN (c.id, c.merged_into_id) OR g.customer_id IN (c.id, c.merged_into_id)
                     OR json_extract(r.terms, '$.customer_id') IN (c.id, c.merged_into_id))));
END;

-- No policy pays them what their own API client asked for.
-- @trigger credits_creditrequest_of_oneself ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_of_oneself BEFORE UPDATE ON credits_creditrequest FOR EACH ROW
WHEN (
  NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED' AND NEW.decided_policy_id IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequest_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = NEW.requested_by_id
       AND (NEW.payee_customer_id IN (c.id, c.merged_into_id)
            OR json_extract(NEW.terms, '$.customer_id') IN (c.id, c.merged_into_id)
            OR EXISTS (SELECT 1 FROM giftcards_giftcard g
                        WHERE g.id = NEW.payee_card_id AND g.customer_id IN (c.id, c.merged_into_id))));
END;

-- Nor decide about merging them, moving their credit or making them anonymous.
-- @trigger credits_customerrequest_of_oneself ON credits_customerrequest
CREATE TRIGGER credits_customerrequest_of_oneself BEFORE UPDATE ON credits_customerrequest FOR EACH ROW
WHEN (
  NEW.status IN ('APPROVED', 'REJECTED', 'UNDONE') AND NEW.status <> OLD.status)
BEGIN
  SELECT RAISE(ABORT, 'credits_customerrequest_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = CASE NEW.status WHEN 'UNDONE' THEN NEW.undone_by_id ELSE NEW.decided_by_id END
       AND (NEW.customer_id IN (c.id, c.merged_into_id) OR NEW.other_id IN (c.id, c.merged_into_id)));
END;

-- Nor what state they are in: banned, archived or not.
-- @trigger ledger_customer_of_oneself ON ledger_customer
CREATE TRIGGER ledger_customer_of_oneself BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN NEW.status <> OLD.status
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_of_oneself') WHERE EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = (
           SELECT CASE json_extract(who, '$.kind') WHEN 'STAFF' THEN CAST(json_extract(who, '$.id') AS INTEGER)
                    ELSE (SELECT k.owner_id FROM api_apiclient k WHERE k.id = CAST(json_extract(who, '$.id') AS INTEGER)) END
             FROM (SELECT audit_actor() AS who))
       AND NEW.id IN (c.id, c.merged_into_id));
END;
