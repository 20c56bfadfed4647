"""A transaction that begins between the snapshot and the look at who is writing lies ahead, not four billion behind."""

from django.db import migrations

# The id nearest to `next` whose lower half is `xid`: a server tells of a running transaction the lower half only.
FULL = """
CREATE FUNCTION binzhi_full_txid(next bigint, xid bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT next - (((next - xid + 2147483648) & 4294967295) - 2147483648)
$$;
CREATE OR REPLACE FUNCTION binzhi_final_txid() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    WITH s AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
    SELECT least(s.next, min(binzhi_full_txid(s.next, a.backend_xid::text::bigint)))
    FROM s LEFT JOIN pg_stat_activity a ON a.datname = current_database() AND a.backend_xid IS NOT NULL
    GROUP BY s.next
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION binzhi_final_txid() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    WITH s AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
    SELECT least(s.next, min(s.next - ((s.next - a.backend_xid::text::bigint) & 4294967295)))
    FROM s LEFT JOIN pg_stat_activity a ON a.datname = current_database() AND a.backend_xid IS NOT NULL
    GROUP BY s.next
$$;
DROP FUNCTION binzhi_full_txid(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_follower")]
    operations = [migrations.RunSQL(FULL, BEFORE)]
