-- One cut follows the other, and none is taken while somebody posts: whoever does has this lock until the commit.
-- @trigger ledger_cut_chain ON ledger_cut
CREATE OR REPLACE FUNCTION ledger_cut_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last ledger_cut%ROWTYPE;
BEGIN
  PERFORM pg_advisory_xact_lock(7235001);
  SELECT * INTO last FROM ledger_cut ORDER BY number DESC LIMIT 1;
  IF NEW.number <> COALESCE(last.number, 0) + 1 OR NEW.boundary <= last.boundary THEN
    RAISE EXCEPTION 'ledger_cut_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_cut_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_cut_chain BEFORE INSERT ON ledger_cut
FOR EACH ROW EXECUTE FUNCTION ledger_cut_chain();

-- What has come together in a bucket is what there was and what moved.
-- @trigger ledger_cutfigure_chain ON ledger_cutfigure
CREATE OR REPLACE FUNCTION ledger_cutfigure_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last ledger_cutfigure%ROWTYPE;
BEGIN
  SELECT * INTO last FROM ledger_cutfigure WHERE bucket_id = NEW.bucket_id ORDER BY cut_id DESC LIMIT 1;
  IF last.cut_id >= NEW.cut_id
     OR NEW.closing_gained_minor <> COALESCE(last.closing_gained_minor, 0) + NEW.gained_minor
     OR NEW.closing_lost_minor <> COALESCE(last.closing_lost_minor, 0) + NEW.lost_minor
     OR NEW.closing_count <> COALESCE(last.closing_count, 0) + NEW.count
     OR EXISTS (SELECT 1 FROM ledger_cutseal WHERE cut_id = NEW.cut_id) THEN
    RAISE EXCEPTION 'ledger_cutfigure_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_cutfigure_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_cutfigure_chain BEFORE INSERT ON ledger_cutfigure
FOR EACH ROW EXECUTE FUNCTION ledger_cutfigure_chain();

-- @trigger ledger_cutseal_chain ON ledger_cutseal
CREATE OR REPLACE FUNCTION ledger_cutseal_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.previous_digest IS DISTINCT FROM (CASE WHEN NEW.cut_id = 1 THEN ''
       ELSE (SELECT digest FROM ledger_cutseal WHERE cut_id = NEW.cut_id - 1) END) THEN
    RAISE EXCEPTION 'ledger_cutseal_chain' USING ERRCODE = '23000', CONSTRAINT = 'ledger_cutseal_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_cutseal_chain BEFORE INSERT ON ledger_cutseal
FOR EACH ROW EXECUTE FUNCTION ledger_cutseal_chain();

-- Until when credit lives is not changed in a time that is closed.
-- @trigger ledger_lotexpiry_after_cut ON ledger_lotexpiry
CREATE OR REPLACE FUNCTION ledger_lotexpiry_after_cut() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept text := pg_advisory_xact_lock_shared(7235001)::text;
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_cut WHERE boundary > NEW.created_at) THEN
    RAISE EXCEPTION 'ledger_lotexpiry_after_cut' USING ERRCODE = '23000', CONSTRAINT = 'ledger_lotexpiry_after_cut';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_lotexpiry_after_cut BEFORE INSERT ON ledger_lotexpiry
FOR EACH ROW EXECUTE FUNCTION ledger_lotexpiry_after_cut();
