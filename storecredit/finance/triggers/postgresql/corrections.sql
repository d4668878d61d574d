-- A correction begins as pending.
-- @trigger finance_correction_begins ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_correction_begins' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_begins';
END $$;
CREATE OR REPLACE TRIGGER finance_correction_begins BEFORE INSERT ON finance_correction
FOR EACH ROW WHEN (NEW.status <> 'PENDING') EXECUTE FUNCTION finance_correction_begins();

-- What was asked for stays, and what was decided, too.
-- @trigger finance_correction_frozen ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_correction_frozen' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_frozen';
END $$;
CREATE OR REPLACE TRIGGER finance_correction_frozen BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (OLD.status <> 'PENDING'
  OR (NEW.id, NEW.kind, NEW.account_id, NEW.amount_minor, NEW.currency, NEW.entry_id, NEW.period_id, NEW.finding_id,
      NEW.reason_id, NEW.note, NEW.asked_by_id, NEW.asked_client_id, NEW.asked_kind, NEW.asked_label, NEW.door,
      NEW.asked_at)
  IS DISTINCT FROM
     (OLD.id, OLD.kind, OLD.account_id, OLD.amount_minor, OLD.currency, OLD.entry_id, OLD.period_id, OLD.finding_id,
      OLD.reason_id, OLD.note, OLD.asked_by_id, OLD.asked_client_id, OLD.asked_kind, OLD.asked_label, OLD.door,
      OLD.asked_at))
EXECUTE FUNCTION finance_correction_frozen();

-- Approved it is posted, by its own entry of its account and amount; not by whoever stands behind the client that asked.
-- @trigger finance_correction_posted ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_transaction t
                  WHERE t.id = NEW.transaction_id AND t.account_id = NEW.account_id
                    AND t.amount_minor = NEW.amount_minor AND t.type = NEW.kind
                    AND t.key = 'correction:' || NEW.id)
     OR EXISTS (SELECT 1 FROM credits_clientperson p
                 WHERE p.client_id = NEW.asked_client_id AND p.person_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'finance_correction_posted' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_posted';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_correction_posted BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (NEW.status = 'APPROVED') EXECUTE FUNCTION finance_correction_posted();
