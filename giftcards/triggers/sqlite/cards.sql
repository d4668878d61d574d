-- The code is sealed anew only with another key; what the card is does not change; voided stays voided.
-- @trigger giftcards_giftcard_identity ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_identity BEFORE UPDATE ON giftcards_giftcard FOR EACH ROW WHEN (
  NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.test_mode <> OLD.test_mode
  OR NEW.last_four <> OLD.last_four OR NEW.batch_id IS NOT OLD.batch_id
  OR NEW.batch_place IS NOT OLD.batch_place OR NEW.starting_minor <> OLD.starting_minor
  OR NEW.sale_id <> OLD.sale_id OR NEW.user_label <> OLD.user_label OR NEW.created_at <> OLD.created_at
  OR NEW.metadata IS NOT OLD.metadata
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

-- What a card is changes only to what a later line of its history tells. That voided stays voided says another rule.
-- @trigger giftcards_giftcard_told ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_told BEFORE UPDATE ON giftcards_giftcard FOR EACH ROW
WHEN ((OLD.state <> 'VOIDED' OR NEW.state = 'VOIDED') AND (
  NEW.state IS NOT OLD.state OR NEW.told_by IS NOT OLD.told_by OR NEW.valid_from IS NOT OLD.valid_from OR
  NEW.expires_on IS NOT OLD.expires_on OR NEW.time_zone IS NOT OLD.time_zone OR
  NEW.expires_at IS NOT OLD.expires_at OR NEW.lives_again IS NOT OLD.lives_again OR
  NEW.must_redeem_whole IS NOT OLD.must_redeem_whole OR NEW.reloadable IS NOT OLD.reloadable OR
  NEW.customer_id IS NOT OLD.customer_id OR NEW.customer_only IS NOT OLD.customer_only OR
  NEW.recipient_name IS NOT OLD.recipient_name OR NEW.recipient_email IS NOT OLD.recipient_email OR
  NEW.replaced_by_id IS NOT OLD.replaced_by_id))
BEGIN
  SELECT RAISE(ABORT, 'giftcards_giftcard_told') WHERE NOT EXISTS (
    SELECT 1 FROM giftcards_cardevent told
     WHERE told.id = NEW.told_by AND told.id > COALESCE(OLD.told_by, 0) AND told.card_id = NEW.id AND told.tells_card
       AND
       told.state_after = NEW.state AND told.valid_from IS NEW.valid_from AND told.expires_on IS NEW.expires_on AND
       told.time_zone IS NEW.time_zone AND told.expires_at IS NEW.expires_at AND
       told.lives_again IS NEW.lives_again AND told.must_redeem_whole IS NEW.must_redeem_whole AND
       told.reloadable IS NEW.reloadable AND told.customer_id IS NEW.customer_id AND
       told.customer_only IS NEW.customer_only AND told.recipient_name IS NEW.recipient_name AND
       told.recipient_email IS NEW.recipient_email AND told.replaced_by_id IS NEW.replaced_by_id);
END;

-- A code is sealed anew only as the newest line about its seals says.
-- @trigger giftcards_giftcard_sealed ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_sealed BEFORE UPDATE ON giftcards_giftcard FOR EACH ROW
WHEN ((NEW.code_key <> OLD.code_key OR NEW.code_digest = OLD.code_digest)
  AND (NEW.code_key <> OLD.code_key OR NEW.code_cipher <> OLD.code_cipher))
BEGIN
  SELECT RAISE(ABORT, 'giftcards_giftcard_sealed') WHERE NOT EXISTS (
    SELECT 1 FROM giftcards_codesealing told
     WHERE told.id = (SELECT MAX(id) FROM giftcards_codesealing WHERE card_id = NEW.id)
       AND told.digest_before = OLD.code_digest AND told.code_key = NEW.code_key
       AND told.code_digest = NEW.code_digest AND told.code_cipher = NEW.code_cipher);
END;

-- Sealing a code anew begins with the seal that it has. What one card was ever found by finds no other.
-- @trigger giftcards_codesealing_chain ON giftcards_codesealing
CREATE TRIGGER giftcards_codesealing_chain AFTER INSERT ON giftcards_codesealing FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'giftcards_codesealing_of_one_card')
   WHERE EXISTS (SELECT 1 FROM giftcards_codesealing WHERE card_id <> NEW.card_id AND digest_before = NEW.code_digest)
      OR EXISTS (SELECT 1 FROM giftcards_codesealing WHERE card_id <> NEW.card_id AND code_digest = NEW.code_digest)
      OR EXISTS (SELECT 1 FROM giftcards_giftcard WHERE id <> NEW.card_id AND code_digest = NEW.code_digest);
  SELECT RAISE(ABORT, 'giftcards_codesealing_chain') WHERE NOT EXISTS (
    SELECT 1 FROM giftcards_giftcard
     WHERE id = NEW.card_id AND code_digest = NEW.digest_before AND code_key <> NEW.code_key);
  UPDATE giftcards_giftcard
     SET code_key = NEW.code_key, code_digest = NEW.code_digest, code_cipher = NEW.code_cipher WHERE id = NEW.card_id;
END;
