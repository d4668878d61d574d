-- A member by which a transaction is found comes before it, and none after.
-- @trigger ledger_transactionmetadatum_before_transaction ON ledger_transactionmetadatum
CREATE TRIGGER ledger_transactionmetadatum_before_transaction BEFORE INSERT ON ledger_transactionmetadatum FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_transactionmetadatum_before_transaction')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
END;
