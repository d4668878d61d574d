-- A rate begins as pending.
-- @trigger finance_breakagerate_begins ON finance_breakagerate
CREATE OR REPLACE FUNCTION finance_breakagerate_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_breakagerate_begins' USING ERRCODE = '23000', CONSTRAINT = 'finance_breakagerate_begins';
END $$;
CREATE OR REPLACE TRIGGER finance_breakagerate_begins BEFORE INSERT ON finance_breakagerate
FOR EACH ROW WHEN (NEW.status <> 'PENDING') EXECUTE FUNCTION finance_breakagerate_begins();

-- What was asked for stays, and what was decided, too.
-- @trigger finance_breakagerate_frozen ON finance_breakagerate
CREATE OR REPLACE FUNCTION finance_breakagerate_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_breakagerate_frozen' USING ERRCODE = '23000', CONSTRAINT = 'finance_breakagerate_frozen';
END $$;
CREATE OR REPLACE TRIGGER finance_breakagerate_frozen BEFORE UPDATE ON finance_breakagerate
FOR EACH ROW WHEN (OLD.status <> 'PENDING'
  OR (NEW.id, NEW.year, NEW.kind, NEW.funding, NEW.percent, NEW.valid_from, NEW.note, NEW.asked_by_id, NEW.asked_at)
  IS DISTINCT FROM
     (OLD.id, OLD.year, OLD.kind, OLD.funding, OLD.percent, OLD.valid_from, OLD.note, OLD.asked_by_id, OLD.asked_at))
EXECUTE FUNCTION finance_breakagerate_frozen();
