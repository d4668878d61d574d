-- A member by which a card is found comes before it, and none after.
-- @trigger giftcards_cardmetadatum_before_card ON giftcards_cardmetadatum
CREATE TRIGGER giftcards_cardmetadatum_before_card BEFORE INSERT ON giftcards_cardmetadatum FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'giftcards_cardmetadatum_before_card')
   WHERE EXISTS (SELECT 1 FROM giftcards_giftcard WHERE id = NEW.card_id);
END;
