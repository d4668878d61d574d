-- Close time up to a boundary, and answer with the cut's number; nothing, if time is closed up to it or a later moment.
-- Whoever posts waits from the lock to the commit, so all that stands under it is one statement, which the program
-- commits with: nobody waits for its turn on the processor, too. What is read there has been read once before, which
-- has this session know the tables.
CREATE OR REPLACE FUNCTION ledger_close_time(
  up_to timestamptz, at timestamptz, guards text, actor_kind text, actor_id text, actor_label text, door text,
  histories text[], wait_milliseconds integer
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  waited_before text := current_setting('lock_timeout');
  reading text := (
    SELECT string_agg(format('SELECT %L AS history, COALESCE(MAX(id), 0) AS place FROM %I',
                             history, split_part(history, ' ', 1)), ' UNION ALL ')
      FROM unnest(histories) AS history);
  last_number bigint;
  last_boundary timestamptz;
  marks jsonb;
BEGIN
  FOR turn IN 1 .. 2 LOOP
    SELECT MAX(c.number), MAX(c.boundary) INTO last_number, last_boundary FROM ledger_cut c;
    IF up_to <= last_boundary THEN
      RETURN NULL;
    END IF;
    EXECUTE format('SELECT COALESCE(jsonb_object_agg(history, place), ''{}'') FROM (%s) r', reading) INTO marks;
    IF turn = 1 THEN
      PERFORM set_config('lock_timeout', wait_milliseconds::text, true);
      PERFORM pg_advisory_xact_lock(7235001);
      PERFORM set_config('lock_timeout', waited_before, true);
    END IF;
  END LOOP;
  INSERT INTO ledger_cut (number, boundary, taken_at, marks, guards, actor_kind, actor_id, actor_label, door)
  VALUES (COALESCE(last_number, 0) + 1, up_to, at, marks, guards, actor_kind, actor_id, actor_label, door);
  RETURN COALESCE(last_number, 0) + 1;
END $$;
