-- The code is sealed anew only with another key; what the card is does not change; voided stays voided.
-- @trigger giftcards_giftcard_identity ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_identity BEFORE UPDATE ON giftcards_giftcard FOR EACH ROW WHEN (
  NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.test_mode <> OLD.test_mode
  OR NEW.last_four <> OLD.last_four OR NEW.batch_id IS NOT OLD.batch_id
  OR (NEW.code_key = OLD.code_key AND NEW.code_digest <> OLD.code_digest)
  OR (OLD.state = 'VOIDED' AND NEW.state <> 'VOIDED'))
BEGIN
  SELECT RAISE(ABORT, 'giftcards_giftcard_identity');
END;

-- A card may only be made on an empty gift card account of its own mode, so that its history begins with it.
-- @trigger giftcards_giftcard_begins ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_begins BEFORE INSERT ON giftcards_giftcard FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'giftcards_giftcard_begins') WHERE NOT EXISTS (
    SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND kind = 'GIFT_CARD' AND sequence = 0
       AND test_mode = NEW.test_mode);
END;
