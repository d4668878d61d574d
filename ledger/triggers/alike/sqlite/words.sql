-- The words by which a row is found follow it, whoever writes it.
-- @trigger {of}_words ON {of}
CREATE TRIGGER {of}_words AFTER INSERT ON {of} FOR EACH ROW WHEN NEW.folded <> ''
BEGIN
  INSERT INTO {words} ({row}_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE true
      ON CONFLICT DO NOTHING;
END;

-- @trigger {of}_words_update ON {of}
CREATE TRIGGER {of}_words_update AFTER UPDATE OF folded ON {of} FOR EACH ROW
WHEN NEW.folded <> OLD.folded
BEGIN
  DELETE FROM {words} WHERE {row}_id = NEW.id;
  INSERT INTO {words} ({row}_id, word)
  SELECT NEW.id, value FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']') WHERE NEW.folded <> ''
      ON CONFLICT DO NOTHING;
END;
