-- A rate begins as pending.
-- @trigger finance_breakagerate_begins ON finance_breakagerate
CREATE TRIGGER finance_breakagerate_begins BEFORE INSERT ON finance_breakagerate FOR EACH ROW WHEN (NEW.status <> 'PENDING')
BEGIN
  SELECT RAISE(ABORT, 'finance_breakagerate_begins');
END;

-- What was asked for stays, and what was decided, too.
-- @trigger finance_breakagerate_frozen ON finance_breakagerate
CREATE TRIGGER finance_breakagerate_frozen BEFORE UPDATE ON finance_breakagerate FOR EACH ROW WHEN (
  OLD.status <> 'PENDING'
  OR (NEW.id, NEW.year, NEW.kind, NEW.funding, NEW.percent, NEW.valid_from, NEW.note, NEW.asked_by_id, NEW.asked_at)
  IS NOT
     (OLD.id, OLD.year, OLD.kind, OLD.funding, OLD.percent, OLD.valid_from, OLD.note, OLD.asked_by_id, OLD.asked_at))
BEGIN
  SELECT RAISE(ABORT, 'finance_breakagerate_frozen');
END;
