-- A member by which a request is found comes before it, and none after.
-- @trigger credits_creditrequestmetadatum_before_request ON credits_creditrequestmetadatum
CREATE TRIGGER credits_creditrequestmetadatum_before_request BEFORE INSERT ON credits_creditrequestmetadatum FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'credits_creditrequestmetadatum_before_request')
   WHERE EXISTS (SELECT 1 FROM credits_creditrequest WHERE id = NEW.request_id);
END;
