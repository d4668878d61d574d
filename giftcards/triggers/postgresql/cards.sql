-- The code is sealed anew only with another key; what the card is does not change; voided stays voided.
-- @trigger giftcards_giftcard_identity ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'giftcards_giftcard_identity' USING ERRCODE = '23000', CONSTRAINT = 'giftcards_giftcard_identity';
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_identity BEFORE UPDATE ON giftcards_giftcard
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.test_mode <> OLD.test_mode
  OR NEW.last_four <> OLD.last_four OR NEW.batch_id IS DISTINCT FROM OLD.batch_id
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
