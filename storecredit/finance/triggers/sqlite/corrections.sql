-- A correction begins as pending.
-- @trigger finance_correction_begins ON finance_correction
CREATE TRIGGER finance_correction_begins BEFORE INSERT ON finance_correction FOR EACH ROW WHEN (NEW.status <> 'PENDING')
BEGIN
  SELECT RAISE(ABORT, 'finance_correction_begins');
END;

-- What was asked for stays, and what was decided, too; of which month it is may be said later, where there was none yet.
-- @trigger finance_correction_frozen ON finance_correction
CREATE TRIGGER finance_correction_frozen BEFORE UPDATE ON finance_correction FOR EACH ROW WHEN (
  OLD.status <> 'PENDING'
  OR (OLD.period_id IS NOT NULL AND NEW.period_id IS NOT OLD.period_id)
  OR (NEW.id, NEW.kind, NEW.account_id, NEW.amount_minor, NEW.currency, NEW.entry_id, NEW.finding_id,
      NEW.lot_id, NEW.expires_at, NEW.reason_id, NEW.note, NEW.asked_by_id, NEW.asked_client_id, NEW.asked_kind, NEW.asked_label, NEW.door,
      NEW.asked_at)
  IS NOT
     (OLD.id, OLD.kind, OLD.account_id, OLD.amount_minor, OLD.currency, OLD.entry_id, OLD.finding_id,
      OLD.lot_id, OLD.expires_at, OLD.reason_id, OLD.note, OLD.asked_by_id, OLD.asked_client_id, OLD.asked_kind, OLD.asked_label, OLD.door,
      OLD.asked_at))
BEGIN
  SELECT RAISE(ABORT, 'finance_correction_frozen');
END;

-- Approved it is posted, by its own entry of its account and amount, or the expiry of its lot is what was asked for; by
-- whoever decided it, which is written down, and who does not stand behind the client that asked.
-- @trigger finance_correction_posted ON finance_correction
CREATE TRIGGER finance_correction_posted BEFORE UPDATE ON finance_correction FOR EACH ROW WHEN (NEW.status = 'APPROVED')
BEGIN
  SELECT RAISE(ABORT, 'finance_correction_posted')
   WHERE (NOT EXISTS (SELECT 1 FROM ledger_transaction t
                      WHERE t.id = NEW.transaction_id AND t.account_id = NEW.account_id
                        AND t.amount_minor = NEW.amount_minor AND t.type = NEW.kind
                        AND (NEW.kind <> 'REVERSE' OR t.reverses_id = NEW.entry_id)
                        AND t.key = 'correction:' || NEW.id)
          AND NOT EXISTS (SELECT 1 FROM ledger_lotexpiry e JOIN ledger_lot l ON l.id = e.lot_id
                           WHERE NEW.kind = 'EXPIRY' AND l.id = NEW.lot_id AND l.account_id = NEW.account_id
                             AND e.id = (SELECT MAX(x.id) FROM ledger_lotexpiry x WHERE x.lot_id = l.id)
                             AND e.after IS NEW.expires_at))
      OR NOT EXISTS (SELECT 1 FROM credits_moneyapproval m
                      WHERE m.correction_id = NEW.id AND m.person_id = NEW.decided_by_id)
      OR EXISTS (SELECT 1 FROM credits_clientperson p
                  WHERE p.client_id = NEW.asked_client_id AND p.person_id = NEW.decided_by_id);
END;

-- The entry of a correction that was decided has it approved, and nothing else does; what was reported is undone by the
-- entries of such a correction alone, on both sides where it was moved.
-- @trigger finance_correction_by_entry ON ledger_transaction
CREATE TRIGGER finance_correction_by_entry AFTER INSERT ON ledger_transaction FOR EACH ROW
WHEN (NEW.type = 'REVERSE' OR NEW.key GLOB 'correction:*')
BEGIN
  SELECT RAISE(ABORT, 'finance_correction_by_entry')
   WHERE NEW.key GLOB 'correction:[0-9]*' AND NEW.key NOT GLOB '*:other-side' AND NOT EXISTS (
    SELECT 1 FROM finance_correction c
     WHERE c.id = CAST(substr(NEW.key, 12) AS INTEGER) AND c.status = 'PENDING' AND c.decided_by_id IS NOT NULL
       AND 'correction:' || c.id = NEW.key);
  UPDATE finance_correction SET status = 'APPROVED', transaction_id = NEW.id
   WHERE id = CAST(substr(NEW.key, 12) AS INTEGER) AND 'correction:' || id = NEW.key;
  SELECT RAISE(ABORT, 'finance_closed_entry_corrected')
   WHERE NEW.type = 'REVERSE' AND EXISTS (
       SELECT 1 FROM ledger_transaction o, ledger_booksclosing b JOIN ledger_cut k ON k.number = b.cut_id
        WHERE o.id = NEW.reverses_id AND k.boundary > o.created_at)
     AND NOT EXISTS (
       SELECT 1 FROM finance_correction c JOIN ledger_transaction e ON e.id = c.entry_id
         JOIN ledger_transaction o ON o.id = NEW.reverses_id
        WHERE c.id = CAST(substr(NEW.key, 12) AS INTEGER) AND c.kind = 'REVERSE' AND c.status = 'APPROVED'
          AND (c.transaction_id = NEW.id
            OR (e.type = 'TRANSFER' AND o.type = 'TRANSFER' AND o.id <> e.id AND o.amount_minor = -e.amount_minor
                AND o.currency = e.currency AND o.reference = e.reference AND o.created_at = e.created_at
                AND 'correction:' || c.id || ':other-side' = NEW.key)));
END;
