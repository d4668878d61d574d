-- Whether one of these customers is the person themself: the one their login is linked to, or whom that one was merged into.
-- It stays so until the transaction ends: whoever sets a link waits for all who have asked, and is waited for.
CREATE OR REPLACE FUNCTION credits_is_own(person bigint, customers bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7235001);
  RETURN EXISTS (
    SELECT 1 FROM credits_personcustomer l JOIN ledger_customer c ON c.id = l.customer_id
     WHERE l.person_id = person AND (c.id = ANY (customers) OR c.merged_into_id = ANY (customers)));
END $$;
