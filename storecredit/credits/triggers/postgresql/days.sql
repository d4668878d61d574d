-- What a person gave on a day is counted up and never down, nor moved to another person, day or currency.
-- @trigger credits_givenday_never_less ON credits_givenday
CREATE OR REPLACE FUNCTION credits_givenday_never_less() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER credits_givenday_never_less BEFORE UPDATE ON credits_givenday
FOR EACH ROW WHEN (NEW.given_minor < OLD.given_minor
                   OR (NEW.id, NEW.person_id, NEW.day, NEW.currency, NEW.test_mode)
                      IS DISTINCT FROM (OLD.id, OLD.person_id, OLD.day, OLD.currency, OLD.test_mode))
EXECUTE FUNCTION credits_givenday_never_less();
