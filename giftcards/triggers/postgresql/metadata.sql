-- A member by which a card is found comes before it, and none after.
-- @trigger giftcards_cardmetadatum_before_card ON giftcards_cardmetadatum
CREATE OR REPLACE FUNCTION giftcards_cardmetadatum_before_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM giftcards_giftcard WHERE id = NEW.card_id) THEN
    RAISE EXCEPTION 'giftcards_cardmetadatum_before_card'
      USING ERRCODE = '23000', CONSTRAINT = 'giftcards_cardmetadatum_before_card';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardmetadatum_before_card BEFORE INSERT ON giftcards_cardmetadatum
FOR EACH ROW EXECUTE FUNCTION giftcards_cardmetadatum_before_card();
