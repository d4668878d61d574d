-- The insert of a transaction closes the posting: it moves the account, or there is no transaction.
-- @trigger ledger_transaction_chain ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- Until this transaction ends no cut is taken. The statement below sees what was taken before: it looks at the books
  -- as they are when it begins, where transactions read what is committed.
  kept text := pg_advisory_xact_lock_shared(7235001)::text;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'ledger_transaction_reads_committed'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_reads_committed';
  END IF;
  UPDATE ledger_account
     SET balance_minor = NEW.balance_after_minor, sequence = NEW.sequence, last_entry_at = NEW.created_at
   WHERE id = NEW.account_id
     AND sequence = NEW.sequence - 1
     AND (last_entry_at IS NULL OR last_entry_at <= NEW.created_at)
     AND NEW.created_at >= '1900-01-01 00:00:00+00'::timestamptz AND NEW.created_at < '2200-01-01 00:00:00+00'::timestamptz
     AND balance_minor + NEW.amount_minor = NEW.balance_after_minor
     AND currency = NEW.currency
     AND NOT EXISTS (SELECT 1 FROM ledger_cut WHERE boundary > NEW.created_at)
     AND (status = 'OPEN' OR (status = 'FROZEN' AND NEW.actor_kind = 'STAFF'));
  IF NOT FOUND THEN
    IF EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id
                 AND (status = 'CLOSED' OR (status = 'FROZEN' AND NEW.actor_kind <> 'STAFF'))) THEN
      RAISE EXCEPTION 'ledger_account_status_forbids' USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_status_forbids';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND currency <> NEW.currency) THEN
      RAISE EXCEPTION 'ledger_transaction_currency' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_currency';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND last_entry_at > NEW.created_at) THEN
      RAISE EXCEPTION 'ledger_transaction_never_goes_back'
        USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_never_goes_back';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_cut WHERE boundary > NEW.created_at) THEN
      RAISE EXCEPTION 'ledger_transaction_after_cut'
        USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_after_cut';
    END IF;
    IF NEW.created_at < '1900-01-01 00:00:00+00'::timestamptz OR NEW.created_at >= '2200-01-01 00:00:00+00'::timestamptz THEN
      RAISE EXCEPTION 'ledger_transaction_dated' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_dated';
    END IF;
    RAISE EXCEPTION 'ledger_transaction_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_chain';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_chain AFTER INSERT ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_transaction_chain();

-- What a transaction does to lots is its amount, all in one direction: old credit is not made into new on the way.
-- One statement looks at both tables once: each further one would cost every posting more than what it finds.
-- @trigger ledger_transaction_lots ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT SUM(x.moved) IS DISTINCT FROM NEW.amount_minor OR bool_or(x.amiss)
        FROM (SELECT amount_minor AS moved,
                     account_id <> NEW.account_id OR NEW.amount_minor < 0 OR born_at <> NEW.created_at
                       OR currency <> NEW.currency
                       OR (NEW.type IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST') AND given_by <> NEW.counter_account) AS amiss
                FROM ledger_lot WHERE transaction_id = NEW.id
               UNION ALL
              SELECT -u.amount_minor, l.account_id <> NEW.account_id OR sign(u.amount_minor) = sign(NEW.amount_minor)
                FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.transaction_id = NEW.id) x) THEN
    RAISE EXCEPTION 'ledger_transaction_lots' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_lots';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_lots AFTER INSERT ON ledger_transaction
FOR EACH ROW EXECUTE FUNCTION ledger_transaction_lots();

-- Credit that comes back was given by whoever gave it before. What a transfer passes on, `reconcile` compares.
-- @trigger ledger_transaction_undoing_keeps_givers ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_undoing_keeps_givers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_lot l
              WHERE l.transaction_id = NEW.id
                AND NOT EXISTS (
                  SELECT 1 FROM ledger_lotuse u JOIN ledger_lot o ON o.id = u.lot_id
                   WHERE u.transaction_id = NEW.reverses_id AND u.amount_minor > 0
                     AND o.funding = l.funding AND o.given_by = l.given_by)) THEN
    RAISE EXCEPTION 'ledger_transaction_undoing_keeps_givers'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_undoing_keeps_givers';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_undoing_keeps_givers AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.amount_minor > 0 AND NEW.type IN ('REFUND', 'REVERSE'))
EXECUTE FUNCTION ledger_transaction_undoing_keeps_givers();

-- @trigger ledger_transaction_spends_live_credit ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_spends_live_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
              WHERE u.transaction_id = NEW.id AND u.amount_minor > 0 AND l.expires_at <= NEW.created_at) THEN
    RAISE EXCEPTION 'ledger_transaction_spends_live_credit'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_spends_live_credit';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_spends_live_credit AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.amount_minor < 0 AND NEW.type IN ('REDEEM', 'TRANSFER') AND NEW.hold_id IS NULL)
EXECUTE FUNCTION ledger_transaction_spends_live_credit();

-- @trigger ledger_transaction_expires_dead_credit ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_expires_dead_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
              WHERE u.transaction_id = NEW.id AND (l.expires_at IS NULL OR l.expires_at > NEW.created_at)) THEN
    RAISE EXCEPTION 'ledger_transaction_expires_dead_credit'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_expires_dead_credit';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
              WHERE u.transaction_id = NEW.id AND NEW.counter_account <> CASE
                WHEN l.given_by IN ('CASH', 'RETURNS', 'OPENING') THEN 'BREAKAGE' ELSE l.given_by END) THEN
    RAISE EXCEPTION 'ledger_transaction_expires_to_giver'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_expires_to_giver';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_expires_dead_credit AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.type = 'EXPIRE') EXECUTE FUNCTION ledger_transaction_expires_dead_credit();

-- The target's account is locked first, so that two refunds of one spend onto two accounts see each other.
-- @trigger ledger_transaction_undoes_once ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_undoes_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target ledger_transaction%ROWTYPE;
  undone numeric;
BEGIN
  SELECT * INTO target FROM ledger_transaction WHERE id = NEW.reverses_id;
  PERFORM 1 FROM ledger_account WHERE id = target.account_id FOR NO KEY UPDATE;
  -- A refund that was reversed has undone nothing.
  SELECT SUM(r.amount_minor) INTO undone FROM ledger_transaction r
   WHERE r.reverses_id = NEW.reverses_id
     AND NOT EXISTS (SELECT 1 FROM ledger_transaction q WHERE q.reverses_id = r.id);
  IF target.id IS NULL
     OR target.type = 'REVERSE'
     OR target.currency <> NEW.currency
     OR target.counter_account <> NEW.counter_account
     OR sign(target.amount_minor) = sign(NEW.amount_minor)
     OR abs(undone) > abs(target.amount_minor)
     OR (NEW.type = 'REVERSE' AND (target.account_id <> NEW.account_id OR NEW.amount_minor <> -target.amount_minor))
     OR (NEW.type = 'REFUND' AND target.type <> 'REDEEM') THEN
    RAISE EXCEPTION 'ledger_transaction_undoes_once' USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_undoes_once';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_undoes_once AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_transaction_undoes_once();

-- @trigger ledger_transaction_captures_its_hold ON ledger_transaction
CREATE OR REPLACE FUNCTION ledger_transaction_captures_its_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.hold_id AND account_id = NEW.account_id
                    AND created_at <= NEW.created_at
                    AND captured_minor = (SELECT -SUM(amount_minor) FROM ledger_transaction WHERE hold_id = NEW.hold_id))
     OR EXISTS (SELECT 1 FROM ledger_lotuse u
                 WHERE u.transaction_id = NEW.id
                   AND (SELECT SUM(v.amount_minor) FROM ledger_lotuse v
                         WHERE v.lot_id = u.lot_id AND v.transaction_id = ANY (ARRAY(
                               SELECT t.id FROM ledger_transaction t WHERE t.hold_id = NEW.hold_id)))
                       IS DISTINCT FROM (SELECT h.captured_minor FROM ledger_holdlot h
                                          WHERE h.hold_id = NEW.hold_id AND h.lot_id = u.lot_id)) THEN
    RAISE EXCEPTION 'ledger_transaction_captures_its_hold'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transaction_captures_its_hold';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transaction_captures_its_hold AFTER INSERT ON ledger_transaction
FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL) EXECUTE FUNCTION ledger_transaction_captures_its_hold();
