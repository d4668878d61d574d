-- What a person gave on a day is counted up and never down, nor moved to another person, day or currency.
-- @trigger credits_givenday_never_less ON credits_givenday
CREATE TRIGGER credits_givenday_never_less BEFORE UPDATE ON credits_givenday FOR EACH ROW
WHEN NEW.given_minor < OLD.given_minor OR NEW.id <> OLD.id OR NEW.person_id <> OLD.person_id OR NEW.day <> OLD.day
     OR NEW.currency <> OLD.currency OR NEW.test_mode <> OLD.test_mode
BEGIN
  SELECT RAISE(ABORT, 'credits_givenday_never_less');
END;
