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
