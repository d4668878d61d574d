-- What staff set out to do is done once, for ever: of a spent intent it is told once where it led, which may be forgotten.
-- What was forgotten says so, and is never told again.
-- @trigger ledger_staffintent_spent_for_ever ON ledger_staffintent
CREATE TRIGGER ledger_staffintent_spent_for_ever BEFORE UPDATE ON ledger_staffintent FOR EACH ROW WHEN
  OLD.spent_at IS NOT NULL AND (
    (OLD.result <> '{}' AND NEW.result <> '{"erased": true}')
    OR NEW.token <> OLD.token OR NEW.person <> OLD.person OR NEW.purpose <> OLD.purpose OR NEW.data <> OLD.data
    OR NEW.kept_at <> OLD.kept_at OR NEW.spent_at IS NOT OLD.spent_at)
BEGIN
  SELECT RAISE(ABORT, 'ledger_staffintent_spent_for_ever');
END;

-- @trigger ledger_staffintent_spent_for_ever_delete ON ledger_staffintent
CREATE TRIGGER ledger_staffintent_spent_for_ever_delete BEFORE DELETE ON ledger_staffintent FOR EACH ROW
WHEN OLD.spent_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger_staffintent_spent_for_ever');
END;
