-- A month begins as open, and follows the one before.
-- @trigger finance_period_follows ON finance_period
CREATE OR REPLACE FUNCTION finance_period_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last finance_period%ROWTYPE;
BEGIN
  SELECT * INTO last FROM finance_period ORDER BY number DESC LIMIT 1;
  IF NEW.status <> 'OPEN' OR NEW.first_day <> date_trunc('month', NEW.first_day)::date
     OR NEW.number <> COALESCE(last.number, 0) + 1
     OR NEW.first_day <> (last.first_day + interval '1 month')::date THEN
    RAISE EXCEPTION 'finance_period_follows' USING ERRCODE = '23000', CONSTRAINT = 'finance_period_follows';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_period_follows BEFORE INSERT ON finance_period
FOR EACH ROW EXECUTE FUNCTION finance_period_follows();

-- From open to closing, if the month before is closed; from there back, or to closed, for good.
-- @trigger finance_period_in_order ON finance_period
CREATE OR REPLACE FUNCTION finance_period_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.number, NEW.first_day) IS DISTINCT FROM (OLD.number, OLD.first_day) OR OLD.status = 'CLOSED'
     OR (OLD.status = 'OPEN' AND NEW.status = 'CLOSED')
     OR (OLD.status = 'CLOSING' AND NEW.status <> 'OPEN'
         AND (NEW.begin_cut_id, NEW.end_cut_id, NEW.closed_by_id, NEW.closing_at)
           IS DISTINCT FROM (OLD.begin_cut_id, OLD.end_cut_id, OLD.closed_by_id, OLD.closing_at))
     OR (NEW.status <> 'OPEN' AND EXISTS (
           SELECT 1 FROM finance_period p WHERE p.number < NEW.number AND p.status <> 'CLOSED'))
     OR (NEW.status <> 'OPEN' AND EXISTS (
           SELECT 1 FROM finance_period p
            WHERE p.number = NEW.number - 1 AND p.end_cut_id IS DISTINCT FROM NEW.begin_cut_id)) THEN
    RAISE EXCEPTION 'finance_period_in_order' USING ERRCODE = '23000', CONSTRAINT = 'finance_period_in_order';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_period_in_order BEFORE UPDATE ON finance_period
FOR EACH ROW EXECUTE FUNCTION finance_period_in_order();

-- The figures of a month are written as it is closed.
-- @trigger finance_periodfigure_of_closing ON finance_periodfigure
CREATE OR REPLACE FUNCTION finance_periodfigure_of_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM finance_period p WHERE p.number = NEW.period_id AND p.status = 'CLOSING') THEN
    RAISE EXCEPTION 'finance_periodfigure_of_closing'
      USING ERRCODE = '23000', CONSTRAINT = 'finance_periodfigure_of_closing';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_periodfigure_of_closing BEFORE INSERT ON finance_periodfigure
FOR EACH ROW EXECUTE FUNCTION finance_periodfigure_of_closing();
