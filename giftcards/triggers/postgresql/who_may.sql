-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name.
-- @trigger giftcards_cardbatch_decided_by_who_may ON giftcards_cardbatch
CREATE OR REPLACE FUNCTION giftcards_cardbatch_decided_by_who_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.approved_by_id IS NOT DISTINCT FROM OLD.approved_by_id THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.status <> 'REJECTED' AND access_is_held(TG_RELID) AND NOT person_may(NEW.approved_by_id, 'decide_request') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER giftcards_cardbatch_decided_by_who_may BEFORE INSERT OR UPDATE OF approved_by_id ON giftcards_cardbatch
FOR EACH ROW WHEN (NEW.approved_by_id IS NOT NULL) EXECUTE FUNCTION giftcards_cardbatch_decided_by_who_may();
