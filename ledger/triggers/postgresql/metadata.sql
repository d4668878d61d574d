-- A member by which a transaction is found comes before it, and none after.
-- @trigger ledger_transactionmetadatum_before_transaction ON ledger_transactionmetadatum
CREATE OR REPLACE FUNCTION ledger_transactionmetadatum_before_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id) THEN
    RAISE EXCEPTION 'ledger_transactionmetadatum_before_transaction'
      USING ERRCODE = '23000', CONSTRAINT = 'ledger_transactionmetadatum_before_transaction';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_transactionmetadatum_before_transaction BEFORE INSERT ON ledger_transactionmetadatum
FOR EACH ROW EXECUTE FUNCTION ledger_transactionmetadatum_before_transaction();
