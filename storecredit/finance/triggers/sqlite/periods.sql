-- A month begins as open, and follows the one before.
-- @trigger finance_period_follows ON finance_period
CREATE TRIGGER finance_period_follows BEFORE INSERT ON finance_period FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'finance_period_follows')
   WHERE NEW.status <> 'OPEN' OR NEW.first_day <> date(NEW.first_day, 'start of month')
      OR NEW.number <> COALESCE((SELECT MAX(number) FROM finance_period), 0) + 1
      OR NEW.first_day <> COALESCE((SELECT date(MAX(first_day), '+1 month') FROM finance_period), NEW.first_day);
END;

-- From open to closing, if the month before is closed; from there back, or to closed, for good.
-- @trigger finance_period_in_order ON finance_period
CREATE TRIGGER finance_period_in_order BEFORE UPDATE ON finance_period FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'finance_period_in_order')
   WHERE (NEW.number, NEW.first_day) IS NOT (OLD.number, OLD.first_day) OR OLD.status = 'CLOSED'
      OR (OLD.status = 'OPEN' AND NEW.status = 'CLOSED')
      OR (OLD.status = 'CLOSING' AND NEW.status <> 'OPEN'
          AND (NEW.begin_cut_id, NEW.end_cut_id, NEW.closed_by_id, NEW.closing_at)
            IS NOT (OLD.begin_cut_id, OLD.end_cut_id, OLD.closed_by_id, OLD.closing_at))
      OR (NEW.status <> 'OPEN' AND EXISTS (
            SELECT 1 FROM finance_period p WHERE p.number < NEW.number AND p.status <> 'CLOSED'))
      OR (NEW.status <> 'OPEN' AND EXISTS (
            SELECT 1 FROM finance_period p WHERE p.number = NEW.number - 1 AND p.end_cut_id IS NOT NEW.begin_cut_id));
END;

-- The figures of a month are written as it is closed.
-- @trigger finance_periodfigure_of_closing ON finance_periodfigure
CREATE TRIGGER finance_periodfigure_of_closing BEFORE INSERT ON finance_periodfigure FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'finance_periodfigure_of_closing') WHERE NOT EXISTS (
    SELECT 1 FROM finance_period p WHERE p.number = NEW.period_id AND p.status = 'CLOSING');
END;
