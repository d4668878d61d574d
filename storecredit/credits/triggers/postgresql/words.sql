-- The words by which a request is found follow the request, whoever writes it.
-- @trigger credits_creditrequest_words ON credits_creditrequest
CREATE OR REPLACE FUNCTION credits_creditrequest_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.folded = '' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM credits_creditrequestword WHERE request_id = NEW.id AND word <> ALL (string_to_array(NEW.folded, ' '));
  END IF;
  INSERT INTO credits_creditrequestword (request_id, word)
  SELECT NEW.id, word FROM unnest(string_to_array(NEW.folded, ' ')) AS word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER credits_creditrequest_words AFTER INSERT OR UPDATE OF folded ON credits_creditrequest
FOR EACH ROW EXECUTE FUNCTION credits_creditrequest_words();
