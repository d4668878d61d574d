-- The words by which a card is found follow the card, whoever writes it.
-- @trigger giftcards_giftcard_words ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_words AFTER INSERT ON giftcards_giftcard FOR EACH ROW WHEN NEW.folded <> ''
BEGIN
  INSERT INTO giftcards_cardword (card_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE true
      ON CONFLICT DO NOTHING;
END;

-- @trigger giftcards_giftcard_words_update ON giftcards_giftcard
CREATE TRIGGER giftcards_giftcard_words_update AFTER UPDATE OF folded ON giftcards_giftcard FOR EACH ROW
WHEN NEW.folded <> OLD.folded
BEGIN
  DELETE FROM giftcards_cardword WHERE card_id = NEW.id;
  INSERT INTO giftcards_cardword (card_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE NEW.folded <> ''
      ON CONFLICT DO NOTHING;
END;
