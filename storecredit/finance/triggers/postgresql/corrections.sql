-- A correction begins as pending.
-- @trigger finance_correction_begins ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_correction_begins' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_begins';
END $$;
CREATE OR REPLACE TRIGGER finance_correction_begins BEFORE INSERT ON finance_correction
FOR EACH ROW WHEN (NEW.status <> 'PENDING') EXECUTE FUNCTION finance_correction_begins();

-- What was asked for stays, and what was decided, too; of which month it is may be said later, where there was none yet.
-- @trigger finance_correction_frozen ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finance_correction_frozen' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_frozen';
END $$;
CREATE OR REPLACE TRIGGER finance_correction_frozen BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (OLD.status <> 'PENDING'
  OR (OLD.period_id IS NOT NULL AND NEW.period_id IS DISTINCT FROM OLD.period_id)
  OR (NEW.id, NEW.kind, NEW.account_id, NEW.amount_minor, NEW.currency, NEW.entry_id, NEW.finding_id,
      NEW.lot_id, NEW.expires_at, NEW.reason_id, NEW.note, NEW.asked_by_id, NEW.asked_client_id, NEW.asked_kind, NEW.asked_label, NEW.door,
      NEW.asked_at)
  IS DISTINCT FROM
     (OLD.id, OLD.kind, OLD.account_id, OLD.amount_minor, OLD.currency, OLD.entry_id, OLD.finding_id,
      OLD.lot_id, OLD.expires_at, OLD.reason_id, OLD.note, OLD.asked_by_id, OLD.asked_client_id, OLD.asked_kind, OLD.asked_label, OLD.door,
      OLD.asked_at))
EXECUTE FUNCTION finance_correction_frozen();

-- Approved it is posted, by its own entry of its account and amount, or the expiry of its lot is what was asked for; by
-- whoever decided it, which is written down, and who does not stand behind the client that asked.
-- @trigger finance_correction_posted ON finance_correction
CREATE OR REPLACE FUNCTION finance_correction_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_transaction t
                  WHERE t.id = NEW.transaction_id AND t.account_id = NEW.account_id
                    AND t.amount_minor = NEW.amount_minor AND t.type = NEW.kind
                    AND (NEW.kind <> 'REVERSE' OR t.reverses_id = NEW.entry_id)
                    AND t.key = 'correction:' || NEW.id)
     AND NOT EXISTS (SELECT 1 FROM ledger_lotexpiry e JOIN ledger_lot l ON l.id = e.lot_id
                      WHERE NEW.kind = 'EXPIRY' AND l.id = NEW.lot_id AND l.account_id = NEW.account_id
                        AND e.id = (SELECT MAX(x.id) FROM ledger_lotexpiry x WHERE x.lot_id = l.id)
                        AND e.after IS NOT DISTINCT FROM NEW.expires_at)
     OR NOT EXISTS (SELECT 1 FROM credits_moneyapproval m
                     WHERE m.correction_id = NEW.id AND m.person_id = NEW.decided_by_id)
     OR EXISTS (SELECT 1 FROM credits_clientperson p
                 WHERE p.client_id = NEW.asked_client_id AND p.person_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'finance_correction_posted' USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_posted';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER finance_correction_posted BEFORE UPDATE ON finance_correction
FOR EACH ROW WHEN (NEW.status = 'APPROVED') EXECUTE FUNCTION finance_correction_posted();

-- The entry of a correction that was decided has it approved, and nothing else does; what was reported is undone by the
-- entries of such a correction alone, on both sides where it was moved.
-- @trigger finance_correction_by_entry ON ledger_transaction
CREATE OR REPLACE FUNCTION finance_correction_by_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked bigint := CASE WHEN NEW.key ~ '^correction:[0-9]{1,18}(:other-side)?$' THEN split_part(NEW.key, ':', 2)::bigint END;
BEGIN
  IF asked IS NOT NULL AND NEW.key NOT LIKE '%:other-side' THEN
    UPDATE finance_correction SET status = 'APPROVED', transaction_id = NEW.id
     WHERE id = asked AND status = 'PENDING' AND decided_by_id IS NOT NULL AND 'correction:' || id = NEW.key;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'finance_correction_by_entry'
        USING ERRCODE = '23000', CONSTRAINT = 'finance_correction_by_entry';
    END IF;
  END IF;
  IF NEW.type = 'REVERSE' AND EXISTS (
       SELECT 1 FROM ledger_transaction o, ledger_booksclosing b JOIN ledger_cut k ON k.number = b.cut_id
        WHERE o.id = NEW.reverses_id AND k.boundary > o.created_at)
     AND NOT EXISTS (
       SELECT 1 FROM finance_correction c JOIN ledger_transaction e ON e.id = c.entry_id
         JOIN ledger_transaction o ON o.id = NEW.reverses_id
        WHERE c.id = asked AND c.kind = 'REVERSE' AND c.status = 'APPROVED'
          AND (c.transaction_id = NEW.id
            OR (e.type = 'TRANSFER' AND o.type = 'TRANSFER' AND o.id <> e.id AND o.amount_minor = -e.amount_minor
                AND o.currency = e.currency AND o.reference = e.reference AND o.created_at = e.created_at
                AND 'correction:' || c.id || ':other-side' = NEW.key))) THEN
    RAISE EXCEPTION 'finance_closed_entry_corrected'
      USING ERRCODE = '23000', CONSTRAINT = 'finance_closed_entry_corrected';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER finance_correction_by_entry AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.type = 'REVERSE' OR NEW.key LIKE 'correction:%')
EXECUTE FUNCTION finance_correction_by_entry();
