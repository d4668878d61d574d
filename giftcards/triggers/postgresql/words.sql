-- The words by which a card is found follow the card, whoever writes it.
-- @trigger giftcards_giftcard_words ON giftcards_giftcard
CREATE OR REPLACE FUNCTION giftcards_giftcard_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.folded = '' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM giftcards_cardword WHERE card_id = NEW.id AND word <> ALL (string_to_array(NEW.folded, ' '));
  END IF;
  INSERT INTO giftcards_cardword (card_id, word)
  SELECT NEW.id, word FROM unnest(string_to_array(NEW.folded, ' ')) AS word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER giftcards_giftcard_words AFTER INSERT OR UPDATE OF folded ON giftcards_giftcard
FOR EACH ROW EXECUTE FUNCTION giftcards_giftcard_words();
