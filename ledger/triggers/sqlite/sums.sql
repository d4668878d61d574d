-- What all accounts hold together follows them.
-- @trigger ledger_account_counted ON ledger_account
CREATE TRIGGER ledger_account_counted AFTER INSERT ON ledger_account FOR EACH ROW
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  VALUES (NEW.kind, NEW.currency, NEW.test_mode, 1, 0, 0, 0);
END;

-- @trigger ledger_account_uncounted ON ledger_account
CREATE TRIGGER ledger_account_uncounted AFTER DELETE ON ledger_account FOR EACH ROW
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  VALUES (OLD.kind, OLD.currency, OLD.test_mode, -1, 0, 0, 0);
END;

-- @trigger ledger_account_summed ON ledger_account
CREATE TRIGGER ledger_account_summed AFTER UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.balance_minor <> OLD.balance_minor
  OR NEW.held_minor <> OLD.held_minor)
BEGIN
  INSERT INTO ledger_accountsumchange (kind, currency, test_mode, accounts, with_balance, balance_minor, held_minor)
  VALUES (NEW.kind, NEW.currency, NEW.test_mode, 0, (NEW.balance_minor > 0) - (OLD.balance_minor > 0),
          NEW.balance_minor - OLD.balance_minor, NEW.held_minor - OLD.held_minor);
END;
