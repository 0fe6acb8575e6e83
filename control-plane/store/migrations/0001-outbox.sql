-- One row per record for the mothership, written in the transaction that makes the change
-- (constructs/kubernetes/control-plane/outbox-connector.ts). Rows may go once they are committed: Debezium reads the log.
CREATE TABLE public.outbox (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  topic text NOT NULL CHECK (topic <> ''),
  record_key text NOT NULL CHECK (record_key <> ''),
  record_value bytea NOT NULL,
  kubernetes_cluster_id text,
  traceparent text,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Only what is new: rows that go are no records, and need nothing in the log.
CREATE PUBLICATION flotilla_outbox FOR TABLE public.outbox WITH (publish = 'insert');

-- Debezium's role reads and replicates, and nothing else. That it may log in, and with what, is its Secret's matter.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'connect') THEN
    CREATE ROLE connect NOLOGIN;
  END IF;
  -- RDS gives the right to replicate by a role, and nobody the attribute.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication') THEN
    GRANT rds_replication TO connect;
  ELSE
    ALTER ROLE connect REPLICATION;
  END IF;
END
$$;
GRANT SELECT ON public.outbox TO connect;
