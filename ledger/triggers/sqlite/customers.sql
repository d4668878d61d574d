-- Nobody becomes a twin: the mark is for customers from before their numbers were one whatever their capitals.
-- @trigger ledger_customer_no_new_twin ON ledger_customer
CREATE TRIGGER ledger_customer_no_new_twin BEFORE INSERT ON ledger_customer FOR EACH ROW WHEN NEW.twin
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_no_new_twin');
END;

-- @trigger ledger_customer_no_new_twin_update ON ledger_customer
CREATE TRIGGER ledger_customer_no_new_twin_update BEFORE UPDATE ON ledger_customer FOR EACH ROW WHEN (
  NEW.twin AND (NOT OLD.twin OR NEW.number <> OLD.number))
BEGIN
  SELECT RAISE(ABORT, 'ledger_customer_no_new_twin');
END;

-- The words by which a customer is found follow the customer, whoever writes it.
-- @trigger ledger_customer_words ON ledger_customer
CREATE TRIGGER ledger_customer_words AFTER INSERT ON ledger_customer FOR EACH ROW WHEN NEW.folded <> ''
BEGIN
  INSERT INTO ledger_customerword (customer_id, word)
  SELECT NEW.id, value FROM json_each('["' || replace(NEW.folded, ' ', '","') || '"]') WHERE true
      ON CONFLICT DO NOTHING;
END;

-- @trigger ledger_customer_words_update ON ledger_customer
CREATE TRIGGER ledger_customer_words_update AFTER UPDATE OF folded ON ledger_customer FOR EACH ROW
WHEN NEW.folded <> OLD.folded
BEGIN
  DELETE FROM ledger_customerword WHERE customer_id = NEW.id;
  INSERT INTO ledger_customerword (customer_id, word)
  SELECT NEW.id, value FROM json_each('["' || replace(NEW.folded, ' ', '","') || '"]') WHERE NEW.folded <> ''
      ON CONFLICT DO NOTHING;
END;
