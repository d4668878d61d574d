-- Nobody becomes a twin: the mark is for customers from before their numbers were one whatever their capitals.
-- @trigger ledger_customer_no_new_twin ON ledger_customer
CREATE OR REPLACE FUNCTION ledger_customer_no_new_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NOT OLD.twin OR NEW.number <> OLD.number THEN
    RAISE EXCEPTION 'ledger_customer_no_new_twin' USING ERRCODE = '23000', CONSTRAINT = 'ledger_customer_no_new_twin';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_customer_no_new_twin BEFORE INSERT OR UPDATE ON ledger_customer
FOR EACH ROW WHEN (NEW.twin) EXECUTE FUNCTION ledger_customer_no_new_twin();

-- Whoever is merged points at somebody who is themself, so that no way goes in a circle: it has one step. Nobody points at
-- them any more, and nothing can move on their accounts.
-- @trigger ledger_customer_merged_once ON ledger_customer
CREATE OR REPLACE FUNCTION ledger_customer_merged_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  into_other bigint;
  of_mode boolean;
BEGIN
  -- Whoever merges that one at the same moment waits, or is waited for and seen.
  SELECT o.merged_into_id, o.test_mode INTO into_other, of_mode
    FROM ledger_customer o WHERE o.id = NEW.merged_into_id FOR NO KEY UPDATE;
  IF into_other IS NOT NULL OR of_mode IS DISTINCT FROM NEW.test_mode
     OR EXISTS (SELECT 1 FROM ledger_customer o WHERE o.merged_into_id = NEW.id)
     OR EXISTS (SELECT 1 FROM ledger_account a
                 WHERE a.customer_id = NEW.id AND a.kind = 'STORE_CREDIT' AND a.status <> 'CLOSED') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_customer_merged_once BEFORE UPDATE OF merged_into_id ON ledger_customer
FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
EXECUTE FUNCTION ledger_customer_merged_once();

-- Nobody begins as somebody else, or as nobody.
-- @trigger ledger_customer_begins ON ledger_customer
CREATE OR REPLACE FUNCTION ledger_customer_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER ledger_customer_begins BEFORE INSERT ON ledger_customer
FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL OR NEW.anonymised_at IS NOT NULL)
EXECUTE FUNCTION ledger_customer_begins();
