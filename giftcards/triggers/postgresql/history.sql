-- Each entry of a card's account is a line of the card's history, with running totals: sold is what was put on the card,
-- less what of it was undone; redeemed what its purchases took, less what of them came back. What else takes value from a
-- card (a move, a correction, its end) is neither, and what comes back of another card's purchase is put on it. The first
-- line tells what the card is, and so does that of a VOID, after which the card is voided. The card's newest line is
-- looked for by card and id together: asked for its largest id alone, a planner without statistics walks all lines of all
-- cards backwards. Whether the account is a card's at all is asked first: getting ready to write a line costs more than
-- the question, and most are not.
-- @trigger giftcards_transaction_is_an_event ON ledger_transaction
CREATE OR REPLACE FUNCTION giftcards_transaction_is_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  card giftcards_giftcard%ROWTYPE;
BEGIN
  SELECT * INTO card FROM giftcards_giftcard WHERE account_id = NEW.account_id;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO giftcards_cardevent (public_id, card_id, kind, transaction_id, amount_minor, balance_after_minor,
      sold_after_minor, redeemed_after_minor, state_after, reason_id, note, reference,
      actor_kind, actor_id, actor_label, door, request_id, details, created_at, tells_card, code_digest,
      valid_from, expires_on, time_zone, expires_at, lives_again, must_redeem_whole, reloadable, customer_id,
      customer_only, recipient_name, recipient_email, replaced_by_id)
  SELECT NEW.id, card.id, NEW.type, NEW.id, NEW.amount_minor, NEW.balance_after_minor,
      COALESCE(last.sold_after_minor, 0)
        + CASE WHEN (NEW.amount_minor > 0 AND NEW.type IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST', 'TRANSFER'))
                 OR (NEW.type = 'REFUND' AND spend.id IS NULL)
                 OR (NEW.type = 'REVERSE' AND undone.amount_minor > 0 AND (undone.type <> 'REFUND' OR spend.id IS NULL))
               THEN NEW.amount_minor ELSE 0 END,
      COALESCE(last.redeemed_after_minor, 0)
        - CASE WHEN NEW.type = 'REDEEM' OR (NEW.type IN ('REFUND', 'REVERSE') AND spend.id IS NOT NULL)
               THEN NEW.amount_minor ELSE 0 END,
      CASE WHEN NEW.type = 'VOID' THEN 'VOIDED' ELSE card.state END, NEW.reason_id, NEW.note, NEW.reference,
      NEW.actor_kind, NEW.actor_id, NEW.actor_label, NEW.door, NEW.request_id, NEW.details, NEW.created_at,
      (last.card_id IS NULL OR NEW.type = 'VOID'), CASE WHEN last.card_id IS NULL THEN card.code_digest END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.valid_from END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.expires_on END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.time_zone END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.expires_at END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.lives_again END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.must_redeem_whole END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.reloadable END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.customer_id END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.customer_only END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.recipient_name END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.recipient_email END,
      CASE WHEN (last.card_id IS NULL OR NEW.type = 'VOID') THEN card.replaced_by_id END
    FROM (VALUES (1)) once
    LEFT JOIN (
      SELECT e.* FROM giftcards_cardevent e WHERE (e.card_id, e.id) <= (card.id, 9223372036854775807)
       ORDER BY e.card_id DESC, e.id DESC LIMIT 1) last ON last.card_id = card.id
    LEFT JOIN ledger_transaction undone ON undone.id = NEW.reverses_id
    LEFT JOIN ledger_transaction spend ON spend.account_id = NEW.account_id AND spend.type = 'REDEEM'
      AND spend.id = CASE WHEN undone.type = 'REFUND' THEN undone.reverses_id ELSE undone.id END;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER giftcards_transaction_is_an_event AFTER INSERT ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION giftcards_transaction_is_an_event();

-- A line without an entry moves nothing and carries the totals on; one with an entry says what the entry says.
-- @trigger giftcards_cardevent_chain ON giftcards_cardevent
CREATE OR REPLACE FUNCTION giftcards_cardevent_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last giftcards_cardevent%ROWTYPE;
BEGIN
  SELECT * INTO last FROM giftcards_cardevent WHERE (card_id, id) <= (NEW.card_id, 9223372036854775807)
   ORDER BY card_id DESC, id DESC LIMIT 1;
  IF last.card_id <> NEW.card_id THEN
    last := NULL;
  END IF;
  IF COALESCE(last.balance_after_minor, 0) + NEW.amount_minor <> NEW.balance_after_minor
     OR (NEW.transaction_id IS NULL AND (NEW.amount_minor <> 0
           OR NEW.sold_after_minor <> COALESCE(last.sold_after_minor, 0)
           OR NEW.redeemed_after_minor <> COALESCE(last.redeemed_after_minor, 0)))
     OR (NEW.transaction_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM ledger_transaction t JOIN giftcards_giftcard c ON c.account_id = t.account_id
            WHERE t.id = NEW.transaction_id AND c.id = NEW.card_id AND t.type = NEW.kind
              AND t.amount_minor = NEW.amount_minor AND t.balance_after_minor = NEW.balance_after_minor)) THEN
    RAISE EXCEPTION 'giftcards_cardevent_chain' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_cardevent_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardevent_chain BEFORE INSERT ON giftcards_cardevent
FOR EACH ROW EXECUTE FUNCTION giftcards_cardevent_chain();

-- A line that tells what a card is makes the card so. Those that begin a history find it so.
-- @trigger giftcards_cardevent_makes_card ON giftcards_cardevent
CREATE OR REPLACE FUNCTION giftcards_cardevent_makes_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE giftcards_giftcard
     SET state = NEW.state_after, told_by = NEW.id,
         valid_from = NEW.valid_from, expires_on = NEW.expires_on, time_zone = NEW.time_zone,
         expires_at = NEW.expires_at, lives_again = NEW.lives_again, must_redeem_whole = NEW.must_redeem_whole,
         reloadable = NEW.reloadable, customer_id = NEW.customer_id, customer_only = NEW.customer_only,
         recipient_name = NEW.recipient_name, recipient_email = NEW.recipient_email,
         replaced_by_id = NEW.replaced_by_id
   WHERE id = NEW.card_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardevent_makes_card AFTER INSERT ON giftcards_cardevent
FOR EACH ROW WHEN (NEW.tells_card AND NEW.kind NOT IN ('ISSUE', 'IMPORT', 'ACTIVATED'))
EXECUTE FUNCTION giftcards_cardevent_makes_card();
