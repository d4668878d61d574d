-- A run is filled while it runs. Once it ended it is final; who asked for what never changes.
-- @trigger finance_reconciliationrun_final ON finance_reconciliationrun
CREATE TRIGGER finance_reconciliationrun_final BEFORE UPDATE ON finance_reconciliationrun FOR EACH ROW WHEN (
  OLD.ended_at IS NOT NULL OR
  NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.created_at IS NOT OLD.created_at
  OR NEW.actor_kind IS NOT OLD.actor_kind OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.actor_label IS NOT OLD.actor_label OR NEW.door IS NOT OLD.door OR NEW.request_id IS NOT OLD.request_id
  OR NEW.first_day IS NOT OLD.first_day OR NEW.last_day IS NOT OLD.last_day
  OR NEW.test_mode IS NOT OLD.test_mode OR NEW.source IS NOT OLD.source OR NEW.file_name IS NOT OLD.file_name
  OR NEW.digest IS NOT OLD.digest OR NEW.options IS NOT OLD.options)
BEGIN
  SELECT RAISE(ABORT, 'finance_reconciliationrun_final');
END;

-- A finding begins as open.
-- @trigger finance_reconciliationfinding_begins ON finance_reconciliationfinding
CREATE TRIGGER finance_reconciliationfinding_begins BEFORE INSERT ON finance_reconciliationfinding FOR EACH ROW WHEN (
  NEW.state <> 'OPEN')
BEGIN
  SELECT RAISE(ABORT, 'finance_reconciliationfinding_begins');
END;

-- What it is stays; what was seen of it last changes.
-- @trigger finance_reconciliationfinding_identity ON finance_reconciliationfinding
CREATE TRIGGER finance_reconciliationfinding_identity BEFORE UPDATE ON finance_reconciliationfinding FOR EACH ROW WHEN (
  NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.fingerprint IS NOT OLD.fingerprint
  OR NEW.code IS NOT OLD.code OR NEW.subject_kind IS NOT OLD.subject_kind
  OR NEW.subject_id IS NOT OLD.subject_id OR NEW.account_number IS NOT OLD.account_number
  OR NEW.test_mode IS NOT OLD.test_mode OR NEW.source IS NOT OLD.source
  OR NEW.first_run_id IS NOT OLD.first_run_id OR NEW.first_seen_at IS NOT OLD.first_seen_at)
BEGIN
  SELECT RAISE(ABORT, 'finance_reconciliationfinding_identity');
END;

-- No state is left for another one but by the newest line of the history, which says who did it and why.
-- @trigger finance_reconciliationfinding_state_is_told ON finance_reconciliationfinding
CREATE TRIGGER finance_reconciliationfinding_state_is_told BEFORE UPDATE ON finance_reconciliationfinding FOR EACH ROW
WHEN (NEW.state <> OLD.state)
BEGIN
  SELECT RAISE(ABORT, 'finance_reconciliationfinding_state_is_told') WHERE NOT EXISTS (
    SELECT 1 FROM finance_findingevent
     WHERE id = (SELECT id FROM finance_findingevent WHERE finding_id = NEW.id ORDER BY id DESC LIMIT 1)
       AND from_state = OLD.state AND to_state = NEW.state);
END;

-- A run sees findings while it runs.
-- @trigger finance_findingsighting_while_it_runs ON finance_findingsighting
CREATE TRIGGER finance_findingsighting_while_it_runs BEFORE INSERT ON finance_findingsighting FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'finance_findingsighting_while_it_runs') WHERE NOT EXISTS (
    SELECT 1 FROM finance_reconciliationrun WHERE id = NEW.run_id AND ended_at IS NULL);
END;

-- A line of the history begins with the state that the finding is in.
-- @trigger finance_findingevent_chain ON finance_findingevent
CREATE TRIGGER finance_findingevent_chain BEFORE INSERT ON finance_findingevent FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'finance_findingevent_chain') WHERE NOT EXISTS (
    SELECT 1 FROM finance_reconciliationfinding WHERE id = NEW.finding_id AND state = NEW.from_state);
END;

-- The finding follows its history.
-- @trigger finance_findingevent_moves_finding ON finance_findingevent
CREATE TRIGGER finance_findingevent_moves_finding AFTER INSERT ON finance_findingevent FOR EACH ROW
WHEN (NEW.from_state <> NEW.to_state)
BEGIN
  UPDATE finance_reconciliationfinding SET state = NEW.to_state WHERE id = NEW.finding_id;
END;
