-- Whoever approves works here still, and has the right to: also where somebody else writes it down in their name. Whose
-- limits reach it is asked by the operation, for what they have approved on a day counts with it.
-- @trigger {table}_by_who_may_{right} ON {table}
-- @for table=credits_creditrequestvote right=decide_request of=request_id
-- @for table=credits_moneyapproval right=approve_correction of=correction_id
-- @for table=credits_moneyapproval right=decide_about_customer of=customer_request_id
CREATE OR REPLACE FUNCTION {table}_by_who_may_{right}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF access_is_held(TG_RELID) AND NOT person_may(NEW.person_id, '{right}') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_by_who_may_{right} BEFORE INSERT ON {table}
FOR EACH ROW WHEN (NEW.{of} IS NOT NULL) EXECUTE FUNCTION {table}_by_who_may_{right}();

-- So does whoever a row itself names for it.
-- @trigger {table}_decided_by_who_may ON {table}
-- @for table=credits_customerrequest by=decided_by_id right=decide_about_customer not='REJECTED','CANCELED'
CREATE OR REPLACE FUNCTION {table}_decided_by_who_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.{by} IS NOT DISTINCT FROM OLD.{by} THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NEW.status NOT IN ({not}) AND access_is_held(TG_RELID) AND NOT person_may(NEW.{by}, '{right}') THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_decided_by_who_may BEFORE INSERT OR UPDATE OF {by} ON {table}
FOR EACH ROW WHEN (NEW.{by} IS NOT NULL) EXECUTE FUNCTION {table}_decided_by_who_may();
