-- The words by which a row is found follow it, whoever writes it.
-- @trigger {of}_words ON {of}
CREATE OR REPLACE FUNCTION {of}_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.folded = '' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM {words} WHERE {row}_id = NEW.id AND word <> ALL (string_to_array(NEW.folded, ' '));
  END IF;
  INSERT INTO {words} ({row}_id, word)
  SELECT NEW.id, word FROM unnest(string_to_array(NEW.folded, ' ')) AS word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {of}_words AFTER INSERT OR UPDATE OF folded ON {of}
FOR EACH ROW EXECUTE FUNCTION {of}_words();
