-- Whoever becomes an API client's owner is written down beside it, for ever.
-- @trigger credits_clientperson_of_owner ON api_apiclient
CREATE TRIGGER credits_clientperson_of_owner AFTER UPDATE ON api_apiclient FOR EACH ROW WHEN NEW.owner_id IS NOT NULL
BEGIN
  INSERT INTO credits_clientperson (client_id, person_id) SELECT NEW.id, NEW.owner_id WHERE NOT EXISTS (
    SELECT 1 FROM credits_clientperson p WHERE p.client_id = NEW.id AND p.person_id = NEW.owner_id);
END;

-- @trigger credits_clientperson_of_first_owner ON api_apiclient
CREATE TRIGGER credits_clientperson_of_first_owner AFTER INSERT ON api_apiclient FOR EACH ROW
WHEN NEW.owner_id IS NOT NULL
BEGIN
  INSERT INTO credits_clientperson (client_id, person_id) SELECT NEW.id, NEW.owner_id WHERE NOT EXISTS (
    SELECT 1 FROM credits_clientperson p WHERE p.client_id = NEW.id AND p.person_id = NEW.owner_id);
END;

-- So is whoever made a key of it in the admin, and read it.
-- @trigger credits_clientperson_of_key ON api_apikey
CREATE TRIGGER credits_clientperson_of_key AFTER INSERT ON api_apikey FOR EACH ROW WHEN NEW.made_by_id IS NOT NULL
BEGIN
  INSERT INTO credits_clientperson (client_id, person_id) SELECT NEW.client_id, NEW.made_by_id WHERE NOT EXISTS (
    SELECT 1 FROM credits_clientperson p WHERE p.client_id = NEW.client_id AND p.person_id = NEW.made_by_id);
END;

-- Whoever approved what a client asked for never becomes its owner.
-- @trigger credits_clientperson_no_approver ON api_apiclient
CREATE TRIGGER credits_clientperson_no_approver BEFORE UPDATE ON api_apiclient FOR EACH ROW
WHEN NEW.owner_id IS NOT OLD.owner_id
BEGIN
  SELECT RAISE(ABORT, 'credits_clientperson_no_approver')
   WHERE EXISTS (SELECT 1 FROM credits_creditrequest r JOIN credits_creditrequestvote v ON v.request_id = r.id
                  WHERE r.requested_client_id = NEW.id AND v.person_id = NEW.owner_id)
      OR EXISTS (SELECT 1 FROM finance_correction c JOIN credits_moneyapproval m ON m.correction_id = c.id
                  WHERE c.asked_client_id = NEW.id AND m.person_id = NEW.owner_id);
END;
