-- The code is sealed anew only with another key; what the card is does not change; voided stays voided.
-- @trigger giftcards_giftcard_identity ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'giftcards_giftcard_identity' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_giftcard_identity';
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_identity BEFORE UPDATE ON giftcards_giftcard
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.test_mode <> OLD.test_mode
  OR NEW.last_four <> OLD.last_four OR NEW.batch_id IS DISTINCT FROM OLD.batch_id
  OR NEW.batch_place IS DISTINCT FROM OLD.batch_place OR NEW.starting_minor <> OLD.starting_minor
  OR NEW.sale_id <> OLD.sale_id OR NEW.user_label <> OLD.user_label OR NEW.created_at <> OLD.created_at
  OR NEW.metadata IS DISTINCT FROM OLD.metadata
  OR (NEW.code_key = OLD.code_key AND NEW.code_digest <> OLD.code_digest)
  OR (OLD.state = 'VOIDED' AND NEW.state <> 'VOIDED'))
EXECUTE FUNCTION giftcards_giftcard_identity();

-- A card may only be made on an empty gift card account of its own mode, so that its history begins with it.
-- @trigger giftcards_giftcard_begins ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND kind = 'GIFT_CARD' AND sequence = 0
                    AND test_mode = NEW.test_mode) THEN
    RAISE EXCEPTION 'giftcards_giftcard_begins' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_giftcard_begins';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_begins BEFORE INSERT ON giftcards_giftcard
FOR EACH ROW EXECUTE FUNCTION giftcards_giftcard_begins();

-- What a card is changes only to what a later line of its history tells. That voided stays voided says another rule.
-- @trigger giftcards_giftcard_told ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
       SELECT 1 FROM giftcards_cardevent told
        WHERE told.id = NEW.told_by AND told.id > COALESCE(OLD.told_by, 0) AND told.card_id = NEW.id AND told.tells_card
          AND
         told.state_after = NEW.state AND told.valid_from IS NOT DISTINCT FROM NEW.valid_from AND
         told.expires_on IS NOT DISTINCT FROM NEW.expires_on AND told.time_zone IS NOT DISTINCT FROM NEW.time_zone AND
         told.expires_at IS NOT DISTINCT FROM NEW.expires_at AND
         told.lives_again IS NOT DISTINCT FROM NEW.lives_again AND
         told.must_redeem_whole IS NOT DISTINCT FROM NEW.must_redeem_whole AND
         told.reloadable IS NOT DISTINCT FROM NEW.reloadable AND
         told.customer_id IS NOT DISTINCT FROM NEW.customer_id AND
         told.customer_only IS NOT DISTINCT FROM NEW.customer_only AND
         told.recipient_name IS NOT DISTINCT FROM NEW.recipient_name AND
         told.recipient_email IS NOT DISTINCT FROM NEW.recipient_email AND
         told.replaced_by_id IS NOT DISTINCT FROM NEW.replaced_by_id) THEN
    RAISE EXCEPTION 'giftcards_giftcard_told' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_giftcard_told';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_told BEFORE UPDATE ON giftcards_giftcard
FOR EACH ROW WHEN ((OLD.state <> 'VOIDED' OR NEW.state = 'VOIDED') AND (
  NEW.state IS DISTINCT FROM OLD.state OR NEW.told_by IS DISTINCT FROM OLD.told_by OR
  NEW.valid_from IS DISTINCT FROM OLD.valid_from OR NEW.expires_on IS DISTINCT FROM OLD.expires_on OR
  NEW.time_zone IS DISTINCT FROM OLD.time_zone OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR
  NEW.lives_again IS DISTINCT FROM OLD.lives_again OR NEW.must_redeem_whole IS DISTINCT FROM OLD.must_redeem_whole OR
  NEW.reloadable IS DISTINCT FROM OLD.reloadable OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR
  NEW.customer_only IS DISTINCT FROM OLD.customer_only OR NEW.recipient_name IS DISTINCT FROM OLD.recipient_name OR
  NEW.recipient_email IS DISTINCT FROM OLD.recipient_email OR NEW.replaced_by_id IS DISTINCT FROM OLD.replaced_by_id))
EXECUTE FUNCTION giftcards_giftcard_told();

-- A code is sealed anew only as the newest line about its seals says.
-- @trigger giftcards_giftcard_sealed ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told giftcards_codesealing%ROWTYPE;
BEGIN
  SELECT * INTO told FROM giftcards_codesealing WHERE (card_id, id) <= (NEW.id, 9223372036854775807)
   ORDER BY card_id DESC, id DESC LIMIT 1;
  IF told.card_id IS DISTINCT FROM NEW.id OR told.digest_before <> OLD.code_digest
     OR told.code_key <> NEW.code_key OR told.code_digest <> NEW.code_digest OR told.code_cipher <> NEW.code_cipher THEN
    RAISE EXCEPTION 'giftcards_giftcard_sealed' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_giftcard_sealed';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_sealed BEFORE UPDATE ON giftcards_giftcard
FOR EACH ROW WHEN ((NEW.code_key <> OLD.code_key OR NEW.code_digest = OLD.code_digest)
  AND (NEW.code_key <> OLD.code_key OR NEW.code_cipher <> OLD.code_cipher))
EXECUTE FUNCTION giftcards_giftcard_sealed();

-- Sealing a code anew begins with the seal that it has. What one card was ever found by finds no other.
-- @trigger giftcards_codesealing_chain ON giftcards_codesealing
CREATE OR REPLACE FUNCTION giftcards_codesealing_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM giftcards_codesealing WHERE card_id <> NEW.card_id AND digest_before = NEW.code_digest)
     OR EXISTS (SELECT 1 FROM giftcards_codesealing WHERE card_id <> NEW.card_id AND code_digest = NEW.code_digest)
     OR EXISTS (SELECT 1 FROM giftcards_giftcard WHERE id <> NEW.card_id AND code_digest = NEW.code_digest) THEN
    RAISE EXCEPTION 'giftcards_codesealing_of_one_card'
      USING ERRCODE = '23000', CONSTRAINT = 'giftcards_codesealing_of_one_card';
  END IF;
  UPDATE giftcards_giftcard
     SET code_key = NEW.code_key, code_digest = NEW.code_digest, code_cipher = NEW.code_cipher
   WHERE id = NEW.card_id AND code_digest = NEW.digest_before AND code_key <> NEW.code_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'giftcards_codesealing_chain' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_codesealing_chain';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER giftcards_codesealing_chain AFTER INSERT ON giftcards_codesealing
FOR EACH ROW EXECUTE FUNCTION giftcards_codesealing_chain();
