-- @trigger ledger_account_starts_empty ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_starts_empty BEFORE INSERT ON ledger_account
FOR EACH ROW WHEN (NEW.balance_minor <> 0 OR NEW.held_minor <> 0 OR NEW.sequence <> 0
  OR NEW.last_entry_at IS NOT NULL)
EXECUTE FUNCTION ledger_account_starts_empty();

-- @trigger ledger_account_moves_by_transaction ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_moves_by_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> OLD.sequence + 1
     -- Of the entry that the account's number names: asked for its moment too, it might be looked for by that.
     OR (SELECT balance_after_minor = NEW.balance_minor AND created_at = NEW.last_entry_at
           FROM ledger_transaction WHERE account_id = NEW.id AND sequence = NEW.sequence) IS NOT TRUE THEN
    RAISE EXCEPTION 'ledger_account_moves_by_transaction'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_moves_by_transaction';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_moves_by_transaction
BEFORE UPDATE OF balance_minor, sequence, last_entry_at ON ledger_account
FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor OR NEW.sequence <> OLD.sequence
  OR NEW.last_entry_at IS DISTINCT FROM OLD.last_entry_at)
EXECUTE FUNCTION ledger_account_moves_by_transaction();

-- @trigger ledger_account_held_by_holds ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_held_by_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.held_minor <> COALESCE((SELECT SUM(amount_minor - captured_minor) FROM ledger_hold
                                  WHERE account_id = NEW.id AND status = 'OPEN'), 0) THEN
    RAISE EXCEPTION 'ledger_account_held_by_holds' USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_held_by_holds';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_held_by_holds
BEFORE UPDATE OF held_minor ON ledger_account
FOR EACH ROW WHEN (NEW.held_minor <> OLD.held_minor) EXECUTE FUNCTION ledger_account_held_by_holds();

-- @trigger ledger_account_identity ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_identity
BEFORE UPDATE OF id, number, kind, currency, test_mode, customer_id ON ledger_account
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency
  OR NEW.test_mode <> OLD.test_mode OR (OLD.kind = 'STORE_CREDIT' AND NEW.customer_id IS DISTINCT FROM OLD.customer_id))
EXECUTE FUNCTION ledger_account_identity();

-- @trigger ledger_account_no_delete ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
FOR EACH ROW WHEN (OLD.sequence <> 0) EXECUTE FUNCTION ledger_account_no_delete();

-- A line tells of a change that is about to be made: from the state that the account is in.
-- @trigger ledger_accountevent_chain ON ledger_accountevent
CREATE OR REPLACE FUNCTION ledger_accountevent_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND status = NEW.from_status) THEN
    RAISE EXCEPTION 'ledger_accountevent_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_accountevent_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_accountevent_chain BEFORE INSERT ON ledger_accountevent
FOR EACH ROW EXECUTE FUNCTION ledger_accountevent_chain();

-- An account is frozen, unfrozen, closed or reopened only as its newest line says.
-- @trigger ledger_account_status_is_told ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_status_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_accountevent
                  WHERE id = (SELECT id FROM ledger_accountevent WHERE account_id = NEW.id
                               ORDER BY account_id DESC, id DESC LIMIT 1)
                    AND from_status = OLD.status AND to_status = NEW.status) THEN
    RAISE EXCEPTION 'ledger_account_status_is_told'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_account_status_is_told';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_status_is_told
BEFORE UPDATE OF status ON ledger_account
FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION ledger_account_status_is_told();

-- Who was merged into another has no store credit any more: none is opened for them, and none of theirs opens again.
-- Whoever is about to merge them is waited for and seen.
-- @trigger ledger_account_not_of_merged ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_not_of_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT c.merged_into_id FROM ledger_customer c WHERE c.id = NEW.customer_id FOR KEY SHARE) IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_not_of_merged BEFORE INSERT ON ledger_account
FOR EACH ROW WHEN (NEW.kind = 'STORE_CREDIT') EXECUTE FUNCTION ledger_account_not_of_merged();

-- @trigger ledger_account_of_merged_stays_closed ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_of_merged_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT c.merged_into_id FROM ledger_customer c WHERE c.id = NEW.customer_id) IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_of_merged_stays_closed BEFORE UPDATE OF status ON ledger_account
FOR EACH ROW WHEN (NEW.kind = 'STORE_CREDIT' AND OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED')
EXECUTE FUNCTION ledger_account_of_merged_stays_closed();
