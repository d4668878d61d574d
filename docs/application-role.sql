-- A role for the application that owns no tables, so that it cannot switch off the triggers that guard the books, and
-- that may do to each table what the program does to it and nothing else.
--
-- Run it as the owner, after every `manage.py migrate`: psql --set ON_ERROR_STOP=1 --file docs/application-role.sql
-- The owner migrates; the application connects as storecredit_app. Give it a password: \password storecredit_app
-- `reconcile` reads this file, too, and names every right that the role has beyond it.

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'storecredit_app') THEN
    CREATE ROLE storecredit_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  -- A table of the session's own could be named as one of the books.
  EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC, storecredit_app', current_database());
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC, storecredit_app;
GRANT USAGE ON SCHEMA public TO storecredit_app;

-- What an earlier edition of this file gave.
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM storecredit_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM storecredit_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM storecredit_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM storecredit_app;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO storecredit_app;
GRANT USAGE ON SEQUENCE ledger_transaction_number_seq TO storecredit_app;

-- What is written once. The triggers refuse the rest anyway: this is the second lock on the same door.
GRANT INSERT ON
  ledger_transaction, ledger_transactionmetadatum, ledger_lotuse, ledger_lotexpiry, ledger_accountevent,
  ledger_cut, ledger_cutbucket, ledger_cutfigure, ledger_cutseal, ledger_booksclosing,
  giftcards_cardevent, giftcards_cardmetadatum, giftcards_codesealing,
  credits_creditrequestmetadatum, credits_creditrequestevent, credits_creditrequestvote, credits_clientperson,
  credits_moneyapproval,
  checkouts_chargemovement, checkouts_deductionmovement, checkouts_fulfillment, checkouts_fulfillmentitem,
  checkouts_refund, checkouts_refunditem, checkouts_settlement, django_admin_log,
  backoffice_comment, backoffice_withdrawal, backoffice_mention, finance_journalexport, finance_journalline,
  finance_findingsighting, finance_findingevent, finance_periodfigure, finance_periodevent,
  audit_activity, audit_erasure
TO storecredit_app;

-- What changes, under the triggers' eyes, and is never deleted.
GRANT INSERT, UPDATE ON
  ledger_customer, ledger_numberseries, ledger_account, ledger_reason, ledger_lot, ledger_hold, ledger_holdlot,
  ledger_bookrules, ledger_accountsum, ledger_daycount, ledger_daytotal, backoffice_importrun,
  backoffice_preferences, backoffice_noticemark, backoffice_accesschange,
  giftcards_cardbatch, giftcards_giftcard, giftcards_codedelivery,
  credits_creditrequestbatch, credits_creditrequest, credits_customerrequest, credits_approvalpolicy,
  credits_givenday, checkouts_checkout, checkouts_source, checkouts_order, checkouts_charge, checkouts_unreturnedcredit,
  checkouts_checkoutrules, checkouts_webhooksecret, checkouts_webhookevent, checkouts_vendororder,
  checkouts_creditdeduction, checkouts_vendorgiveback, checkouts_callouthold,
  finance_generalledgeraccount, finance_generalledgerrule, finance_reconciliationrun, finance_reconciliationfinding,
  finance_period, finance_correction, finance_breakagerate,
  api_apiclient, api_clientuse, api_personlookups, api_issuedday, api_apikey, api_idempotencyrecord, auth_user
TO storecredit_app;

-- What comes and goes: what was uploaded and is being imported, filters that staff keep, mail that is to go out, lines of an open checkout, reviews of staff, sessions, counted logins, second factors, and who belongs to which role.
GRANT INSERT, UPDATE, DELETE ON
  backoffice_importpiece, backoffice_importpart, backoffice_importkey, backoffice_importfault,
  backoffice_savedfilter, backoffice_savedmap, backoffice_notice, checkouts_checkoutitem, ledger_staffintent, django_session,
  axes_accessattempt, axes_accessattemptexpiration, axes_accessfailurelog, axes_accesslog,
  mfa_authenticator, usersessions_usersession, socialaccount_socialaccount,
  auth_group, auth_group_permissions, auth_user_groups, auth_user_user_permissions
TO storecredit_app;

-- What follows another row, by its trigger.
GRANT INSERT, DELETE ON ledger_customerword, giftcards_cardword, credits_creditrequestword TO storecredit_app;
-- FOR UPDATE asks for this right, too.
GRANT INSERT, UPDATE, DELETE ON ledger_accountsumchange TO storecredit_app;

-- A deleted role takes along what it was given, and its limits.
GRANT DELETE ON backoffice_shippedgrant TO storecredit_app;
GRANT INSERT, DELETE ON credits_personcustomer TO storecredit_app;
GRANT INSERT, UPDATE, DELETE ON credits_issuelimit, credits_issueceiling, credits_approverlimit TO storecredit_app;

-- A person's words, which two people may decide to erase from what is written once, column by column, and what goes with them.
GRANT UPDATE (reference, note, details) ON ledger_transaction TO storecredit_app;
GRANT UPDATE (why) ON ledger_accountevent TO storecredit_app;
GRANT UPDATE (note) ON ledger_lotexpiry TO storecredit_app;
GRANT UPDATE (note, reference, details, recipient_name, recipient_email) ON giftcards_cardevent TO storecredit_app;
GRANT UPDATE (note) ON credits_creditrequestevent TO storecredit_app;
GRANT UPDATE (note) ON credits_creditrequestvote TO storecredit_app;
GRANT UPDATE (reason) ON checkouts_refund TO storecredit_app;
GRANT UPDATE (resolution) ON checkouts_settlement TO storecredit_app;
GRANT UPDATE (message) ON finance_findingsighting TO storecredit_app;
GRANT UPDATE (note) ON finance_findingevent, finance_periodevent TO storecredit_app;
GRANT UPDATE (object_repr, change_message) ON django_admin_log TO storecredit_app;
GRANT UPDATE (text) ON backoffice_comment TO storecredit_app;
GRANT UPDATE (subject_label, before, after, details) ON audit_activity TO storecredit_app;
GRANT DELETE ON ledger_transactionmetadatum, giftcards_cardmetadatum, credits_creditrequestmetadatum TO storecredit_app;
