-- One cut follows the other. Nobody posts meanwhile, for here one writes at a time.
-- @trigger ledger_cut_chain ON ledger_cut
CREATE TRIGGER ledger_cut_chain BEFORE INSERT ON ledger_cut FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_cut_chain')
   WHERE NEW.number <> COALESCE((SELECT MAX(number) FROM ledger_cut), 0) + 1
      OR EXISTS (SELECT 1 FROM ledger_cut WHERE boundary >= NEW.boundary);
END;

-- What has come together in a bucket is what there was and what moved.
-- @trigger ledger_cutfigure_chain ON ledger_cutfigure
CREATE TRIGGER ledger_cutfigure_chain BEFORE INSERT ON ledger_cutfigure FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_cutfigure_chain')
   WHERE typeof(NEW.gained_minor) <> 'integer' OR typeof(NEW.lost_minor) <> 'integer'
      OR EXISTS (SELECT 1 FROM ledger_cutfigure WHERE bucket_id = NEW.bucket_id AND cut_id >= NEW.cut_id)
      OR EXISTS (SELECT 1 FROM ledger_cutseal WHERE cut_id = NEW.cut_id)
      OR NEW.closing_gained_minor <> NEW.gained_minor + COALESCE((SELECT closing_gained_minor FROM ledger_cutfigure
            WHERE bucket_id = NEW.bucket_id ORDER BY cut_id DESC LIMIT 1), 0)
      OR NEW.closing_lost_minor <> NEW.lost_minor + COALESCE((SELECT closing_lost_minor FROM ledger_cutfigure
            WHERE bucket_id = NEW.bucket_id ORDER BY cut_id DESC LIMIT 1), 0)
      OR NEW.closing_count <> NEW.count + COALESCE((SELECT closing_count FROM ledger_cutfigure
            WHERE bucket_id = NEW.bucket_id ORDER BY cut_id DESC LIMIT 1), 0);
END;

-- @trigger ledger_cutseal_chain ON ledger_cutseal
CREATE TRIGGER ledger_cutseal_chain BEFORE INSERT ON ledger_cutseal FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_cutseal_chain')
   WHERE NEW.previous_digest IS NOT CASE WHEN NEW.cut_id = 1 THEN ''
         ELSE (SELECT digest FROM ledger_cutseal WHERE cut_id = NEW.cut_id - 1) END;
END;

-- Until when credit lives is not changed in a time that is closed.
-- @trigger ledger_lotexpiry_after_cut ON ledger_lotexpiry
CREATE TRIGGER ledger_lotexpiry_after_cut BEFORE INSERT ON ledger_lotexpiry FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'ledger_lotexpiry_after_cut') WHERE EXISTS (
    SELECT 1 FROM ledger_cut WHERE boundary > NEW.created_at);
END;
