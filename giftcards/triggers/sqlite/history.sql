-- Each entry of a card's account is a line of the card's history, with running totals: sold is what was put on the card,
-- redeemed what was taken by purchases less what came back.
-- @trigger giftcards_transaction_is_an_event ON ledger_transaction
CREATE TRIGGER giftcards_transaction_is_an_event AFTER INSERT ON ledger_transaction FOR EACH ROW
BEGIN
  INSERT INTO giftcards_cardevent (public_id, card_id, kind, transaction_id, amount_minor, balance_after_minor,
      sold_after_minor, redeemed_after_minor, state_after, reason_id, note, reference,
      actor_kind, actor_id, actor_label, door, request_id, details, created_at)
  SELECT NEW.id, c.id, NEW.type, NEW.id, NEW.amount_minor, NEW.balance_after_minor,
      COALESCE(last.sold_after_minor, 0)
        + CASE WHEN NEW.amount_minor > 0 AND NEW.type NOT IN ('REFUND', 'REVERSE') THEN NEW.amount_minor ELSE 0 END,
      COALESCE(last.redeemed_after_minor, 0)
        - CASE WHEN NEW.type IN ('REDEEM', 'REFUND', 'REVERSE') OR (NEW.amount_minor < 0 AND NEW.type IN ('ADJUST', 'TRANSFER'))
               THEN NEW.amount_minor ELSE 0 END,
      c.state, NEW.reason_id, NEW.note, NEW.reference,
      NEW.actor_kind, NEW.actor_id, NEW.actor_label, NEW.door, NEW.request_id, NEW.details, NEW.created_at
    FROM giftcards_giftcard c
    LEFT JOIN giftcards_cardevent last ON last.id = (SELECT MAX(e.id) FROM giftcards_cardevent e WHERE e.card_id = c.id)
   WHERE c.account_id = NEW.account_id;
END;

-- A line without an entry moves nothing and carries the totals on; one with an entry says what the entry says.
-- @trigger giftcards_cardevent_chain ON giftcards_cardevent
CREATE TRIGGER giftcards_cardevent_chain BEFORE INSERT ON giftcards_cardevent FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'giftcards_cardevent_chain')
   WHERE COALESCE((SELECT balance_after_minor FROM giftcards_cardevent WHERE card_id = NEW.card_id
                    ORDER BY id DESC LIMIT 1), 0) + NEW.amount_minor <> NEW.balance_after_minor
      OR (NEW.transaction_id IS NULL AND (NEW.amount_minor <> 0
            OR NEW.sold_after_minor <> COALESCE((SELECT sold_after_minor FROM giftcards_cardevent
                 WHERE card_id = NEW.card_id ORDER BY id DESC LIMIT 1), 0)
            OR NEW.redeemed_after_minor <> COALESCE((SELECT redeemed_after_minor FROM giftcards_cardevent
                 WHERE card_id = NEW.card_id ORDER BY id DESC LIMIT 1), 0)))
      OR (NEW.transaction_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM ledger_transaction t JOIN giftcards_giftcard c ON c.account_id = t.account_id
             WHERE t.id = NEW.transaction_id AND c.id = NEW.card_id AND t.type = NEW.kind
               AND t.amount_minor = NEW.amount_minor AND t.balance_after_minor = NEW.balance_after_minor));
END;
