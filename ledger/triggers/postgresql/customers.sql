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

-- The words by which a customer is found follow the customer, whoever writes it.
-- @trigger ledger_customer_words ON ledger_customer
CREATE OR REPLACE FUNCTION ledger_customer_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM ledger_customerword
     WHERE customer_id = NEW.id AND word <> ALL (string_to_array(NEW.folded, ' '));
  END IF;
  INSERT INTO ledger_customerword (customer_id, word)
  SELECT NEW.id, word FROM unnest(string_to_array(NEW.folded, ' ')) AS word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_customer_words AFTER INSERT OR UPDATE OF folded ON ledger_customer
FOR EACH ROW EXECUTE FUNCTION ledger_customer_words();
