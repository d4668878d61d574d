-- A member by which a row is found comes before it, and none after.
-- @trigger {members}_before_{row} ON {members}
CREATE OR REPLACE FUNCTION {members}_before_{row}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM {of} WHERE id = NEW.{row}_id) THEN
    RAISE EXCEPTION '{members}_before_{row}'
      USING ERRCODE = '23000', CONSTRAINT = '{members}_before_{row}';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {members}_before_{row} BEFORE INSERT ON {members}
FOR EACH ROW EXECUTE FUNCTION {members}_before_{row}();
