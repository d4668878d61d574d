-- A run is filled while it runs. Once it ended it is final; who asked for what never changes.
-- @trigger finance_reconciliationrun_final ON finance_reconciliationrun
CREATE OR REPLACE FUNCTION finance_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER finance_reconciliationrun_final BEFORE UPDATE ON finance_reconciliationrun FOR EACH ROW WHEN (
  OLD.ended_at IS NOT NULL OR
  NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
  OR NEW.created_at IS DISTINCT FROM OLD.created_at OR NEW.actor_kind IS DISTINCT FROM OLD.actor_kind
  OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.actor_label IS DISTINCT FROM OLD.actor_label
  OR NEW.door IS DISTINCT FROM OLD.door OR NEW.request_id IS DISTINCT FROM OLD.request_id
  OR NEW.first_day IS DISTINCT FROM OLD.first_day OR NEW.last_day IS DISTINCT FROM OLD.last_day
  OR NEW.test_mode IS DISTINCT FROM OLD.test_mode OR NEW.source IS DISTINCT FROM OLD.source
  OR NEW.file_name IS DISTINCT FROM OLD.file_name OR NEW.digest IS DISTINCT FROM OLD.digest
  OR NEW.options::text IS DISTINCT FROM OLD.options::text)
EXECUTE FUNCTION finance_refuse();

-- A finding begins as open.
-- @trigger finance_reconciliationfinding_begins ON finance_reconciliationfinding
CREATE OR REPLACE FUNCTION finance_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER finance_reconciliationfinding_begins BEFORE INSERT ON finance_reconciliationfinding
FOR EACH ROW WHEN (NEW.state <> 'OPEN')
EXECUTE FUNCTION finance_refuse();

-- What it is stays; what was seen of it last changes.
-- @trigger finance_reconciliationfinding_identity ON finance_reconciliationfinding
CREATE OR REPLACE FUNCTION finance_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER finance_reconciliationfinding_identity BEFORE UPDATE ON finance_reconciliationfinding FOR EACH ROW WHEN (
  NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
  OR NEW.fingerprint IS DISTINCT FROM OLD.fingerprint OR NEW.code IS DISTINCT FROM OLD.code
  OR NEW.subject_kind IS DISTINCT FROM OLD.subject_kind OR NEW.subject_id IS DISTINCT FROM OLD.subject_id
  OR NEW.account_number IS DISTINCT FROM OLD.account_number OR NEW.test_mode IS DISTINCT FROM OLD.test_mode
  OR NEW.source IS DISTINCT FROM OLD.source OR NEW.first_run_id IS DISTINCT FROM OLD.first_run_id
  OR NEW.first_seen_at IS DISTINCT FROM OLD.first_seen_at)
EXECUTE FUNCTION finance_refuse();

-- No state is left for another one but by the newest line of the history, which says who did it and why.
-- @trigger finance_reconciliationfinding_state_is_told ON finance_reconciliationfinding
CREATE OR REPLACE FUNCTION finance_reconciliationfinding_state_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM finance_findingevent
     WHERE id = (SELECT id FROM finance_findingevent WHERE finding_id = NEW.id ORDER BY id DESC LIMIT 1)
       AND from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION 'finance_reconciliationfinding_state_is_told' USING ERRCODE = '23000', CONSTRAINT = 'finance_reconciliationfinding_state_is_told';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_reconciliationfinding_state_is_told BEFORE UPDATE ON finance_reconciliationfinding
FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION finance_reconciliationfinding_state_is_told();

-- A run sees findings while it runs.
-- @trigger finance_findingsighting_while_it_runs ON finance_findingsighting
CREATE OR REPLACE FUNCTION finance_findingsighting_while_it_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM finance_reconciliationrun WHERE id = NEW.run_id AND ended_at IS NULL) THEN
    RAISE EXCEPTION 'finance_findingsighting_while_it_runs' USING ERRCODE = '23000', CONSTRAINT = 'finance_findingsighting_while_it_runs';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_findingsighting_while_it_runs BEFORE INSERT ON finance_findingsighting
FOR EACH ROW EXECUTE FUNCTION finance_findingsighting_while_it_runs();

-- A line of the history begins with the state that the finding is in.
-- @trigger finance_findingevent_chain ON finance_findingevent
CREATE OR REPLACE FUNCTION finance_findingevent_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM finance_reconciliationfinding WHERE id = NEW.finding_id AND state = NEW.from_state) THEN
    RAISE EXCEPTION 'finance_findingevent_chain' USING ERRCODE = '23000', CONSTRAINT = 'finance_findingevent_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_findingevent_chain BEFORE INSERT ON finance_findingevent
FOR EACH ROW EXECUTE FUNCTION finance_findingevent_chain();

-- The finding follows its history.
-- @trigger finance_findingevent_moves_finding ON finance_findingevent
CREATE OR REPLACE FUNCTION finance_findingevent_moves_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE finance_reconciliationfinding SET state = NEW.to_state WHERE id = NEW.finding_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER finance_findingevent_moves_finding AFTER INSERT ON finance_findingevent
FOR EACH ROW WHEN (NEW.from_state <> NEW.to_state) EXECUTE FUNCTION finance_findingevent_moves_finding();
