-- Up to when time is closed. It stays so until the transaction ends: a cut waits for whoever has asked. The lock comes
-- first, and what is read under it is read by a statement of its own, which sees what has been committed by then.
CREATE OR REPLACE FUNCTION ledger_last_boundary() RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  kept text := pg_advisory_xact_lock_shared(7235001)::text;
BEGIN
  RETURN (SELECT MAX(boundary) FROM ledger_cut);
END $$;
