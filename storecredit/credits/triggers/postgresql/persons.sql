-- Whoever becomes an API client's owner is written down beside it, for ever.
-- @trigger credits_clientperson_of_owner ON api_apiclient
CREATE OR REPLACE FUNCTION credits_clientperson_of_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO credits_clientperson (client_id, person_id) VALUES (NEW.id, NEW.owner_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER credits_clientperson_of_owner AFTER INSERT OR UPDATE ON api_apiclient
FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION credits_clientperson_of_owner();

-- So is whoever made a key of it in the admin, and read it.
-- @trigger credits_clientperson_of_key ON api_apikey
CREATE OR REPLACE FUNCTION credits_clientperson_of_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO credits_clientperson (client_id, person_id) VALUES (NEW.client_id, NEW.made_by_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER credits_clientperson_of_key AFTER INSERT ON api_apikey
FOR EACH ROW WHEN (NEW.made_by_id IS NOT NULL) EXECUTE FUNCTION credits_clientperson_of_key();

-- Whoever approved what a client asked for never becomes its owner.
-- @trigger credits_clientperson_no_approver ON api_apiclient
CREATE OR REPLACE FUNCTION credits_clientperson_no_approver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credits_creditrequest r JOIN credits_creditrequestvote v ON v.request_id = r.id
              WHERE r.requested_client_id = NEW.id AND v.person_id = NEW.owner_id)
     OR EXISTS (SELECT 1 FROM finance_correction c JOIN credits_moneyapproval m ON m.correction_id = c.id
                 WHERE c.asked_client_id = NEW.id AND m.person_id = NEW.owner_id) THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_clientperson_no_approver BEFORE UPDATE ON api_apiclient
FOR EACH ROW WHEN (NEW.owner_id IS DISTINCT FROM OLD.owner_id) EXECUTE FUNCTION credits_clientperson_no_approver();

-- Whose login is whose customer changes while nobody moves money, as a cut is taken: what was refused to nobody a moment
-- before has been posted by then, and what comes after is held against it.
-- @trigger credits_personcustomer_alone ON credits_personcustomer
CREATE OR REPLACE FUNCTION credits_personcustomer_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7235001);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER credits_personcustomer_alone BEFORE INSERT OR UPDATE ON credits_personcustomer
FOR EACH STATEMENT EXECUTE FUNCTION credits_personcustomer_alone();
