-- The words by which a request is found follow the request, whoever writes it.
-- @trigger credits_creditrequest_words ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_words AFTER INSERT ON credits_creditrequest FOR EACH ROW WHEN NEW.folded <> ''
BEGIN
  INSERT INTO credits_creditrequestword (request_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE true
      ON CONFLICT DO NOTHING;
END;

-- @trigger credits_creditrequest_words_update ON credits_creditrequest
CREATE TRIGGER credits_creditrequest_words_update AFTER UPDATE OF folded ON credits_creditrequest FOR EACH ROW
WHEN NEW.folded <> OLD.folded
BEGIN
  DELETE FROM credits_creditrequestword WHERE request_id = NEW.id;
  INSERT INTO credits_creditrequestword (request_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE NEW.folded <> ''
      ON CONFLICT DO NOTHING;
END;
