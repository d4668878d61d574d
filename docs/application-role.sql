-- A role for the application that owns no tables, so that it cannot switch off the triggers that guard the books.
-- Run it as the owner, after `manage.py migrate`, and again after a migration that brought new tables.
-- The owner migrates; the application connects as storecredit_app. Give it a password: \password storecredit_app

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'storecredit_app') THEN
    CREATE ROLE storecredit_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO storecredit_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO storecredit_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO storecredit_app;

-- The books grow; they are not changed. The triggers refuse it anyway: this is the second lock on the same door.
REVOKE UPDATE, DELETE ON ledger_transaction, ledger_lotuse, ledger_lotexpiry, giftcards_cardevent FROM storecredit_app;
REVOKE DELETE ON ledger_account, ledger_customer, ledger_lot, ledger_hold, ledger_holdlot, ledger_reason FROM storecredit_app;
REVOKE UPDATE, DELETE ON credits_creditrequestevent, credits_creditrequestvote, credits_clientperson FROM storecredit_app;
REVOKE DELETE ON credits_creditrequest, credits_creditrequestbatch FROM storecredit_app;
REVOKE UPDATE, DELETE ON checkouts_chargemovement, checkouts_deductionmovement, checkouts_fulfillment,
  checkouts_fulfillmentitem, checkouts_refund, checkouts_refunditem FROM storecredit_app;
REVOKE DELETE ON checkouts_checkout, checkouts_source, checkouts_order, checkouts_charge, checkouts_vendororder,
  checkouts_vendorgiveback, checkouts_creditdeduction, checkouts_unreturnedcredit, checkouts_webhookevent,
  checkouts_webhooksecret FROM storecredit_app;
