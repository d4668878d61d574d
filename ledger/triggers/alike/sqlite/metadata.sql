-- A member by which a row is found comes before it, and none after.
-- @trigger {members}_before_{row} ON {members}
CREATE TRIGGER {members}_before_{row} BEFORE INSERT ON {members} FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, '{members}_before_{row}')
   WHERE EXISTS (SELECT 1 FROM {of} WHERE id = NEW.{row}_id);
END;
