-- A member by which a request is found comes before it, and none after.
-- @trigger credits_creditrequestmetadatum_before_request ON credits_creditrequestmetadatum
CREATE OR REPLACE FUNCTION credits_creditrequestmetadatum_before_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM credits_creditrequest WHERE id = NEW.request_id) THEN
    RAISE EXCEPTION 'credits_creditrequestmetadatum_before_request'
      USING ERRCODE = '23000', CONSTRAINT = 'credits_creditrequestmetadatum_before_request';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequestmetadatum_before_request BEFORE INSERT ON credits_creditrequestmetadatum
FOR EACH ROW EXECUTE FUNCTION credits_creditrequestmetadatum_before_request();
