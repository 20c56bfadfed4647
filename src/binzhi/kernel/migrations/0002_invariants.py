"""Insert-only tables and the default that names the writing transaction."""

from django.db import migrations

from binzhi.kernel.schema import hotel_wall, insert_only

REFUSE_CHANGE = """
CREATE FUNCTION binzhi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TXID = """
ALTER TABLE kernel_audit_entry ALTER COLUMN txid SET DEFAULT (pg_current_xact_id()::text::bigint);
ALTER TABLE kernel_outbox_event ALTER COLUMN txid SET DEFAULT (pg_current_xact_id()::text::bigint);
"""
NO_TXID = """
ALTER TABLE kernel_audit_entry ALTER COLUMN txid SET DEFAULT 0;
ALTER TABLE kernel_outbox_event ALTER COLUMN txid SET DEFAULT 0;
"""

# The cache that all processes share (rate limits of sign-in): the table Django's `createcachetable` would make.
CACHE = """
CREATE TABLE IF NOT EXISTS kernel_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS kernel_cache_expires ON kernel_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION binzhi_refuse_change()"),
        migrations.RunSQL(TXID, NO_TXID),
        migrations.RunSQL(CACHE, "DROP TABLE kernel_cache"),
        *insert_only("kernel_audit_entry", "kernel_audit_seal"),
        *hotel_wall("kernel_audit_entry", "kernel_outbox_event"),
    ]
