-- What all accounts hold together follows them, as changes of the sums: no posting waits for another one's.
-- @trigger ledger_account_counted ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  SELECT kind, currency, test_mode, COUNT(*), 0, 0, 0 FROM made GROUP BY kind, currency, test_mode;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_counted AFTER INSERT ON ledger_account
REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_counted();

-- @trigger ledger_account_uncounted ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  SELECT kind, currency, test_mode, -COUNT(*), 0, 0, 0 FROM gone GROUP BY kind, currency, test_mode;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_uncounted AFTER DELETE ON ledger_account
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_uncounted();

-- @trigger ledger_account_summed ON ledger_account
CREATE OR REPLACE FUNCTION ledger_account_summed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  VALUES (NEW.kind, NEW.currency, NEW.test_mode, 0, (NEW.balance_minor > 0)::int - (OLD.balance_minor > 0)::int,
          NEW.balance_minor - OLD.balance_minor, NEW.held_minor - OLD.held_minor);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_account_summed AFTER UPDATE OF balance_minor, held_minor ON ledger_account
FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor OR NEW.held_minor <> OLD.held_minor)
EXECUTE FUNCTION ledger_account_summed();
