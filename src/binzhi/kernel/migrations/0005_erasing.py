"""What is written once can lose what is personal in it, to a transaction that erases and to no other."""

from django.db import migrations

REFUSE_ALL_BUT_ERASURE = """
CREATE FUNCTION binzhi_erases() RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(
        nullif(current_setting('binzhi.erasing', true), '') = pg_current_xact_id_if_assigned()::text, false
    )
$$;
CREATE FUNCTION binzhi_refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied text[] := string_to_array(TG_ARGV[0], ',');
    was jsonb := to_jsonb(OLD);
    is_now jsonb;
    name text;
BEGIN
    IF TG_OP = 'UPDATE' AND binzhi_erases() THEN
        is_now := to_jsonb(NEW);
        IF was - emptied = is_now - emptied THEN
            FOREACH name IN ARRAY emptied LOOP
                IF length(coalesce(is_now ->> name, '')) > greatest(length(coalesce(was ->> name, '')), 1) THEN
                    RAISE EXCEPTION 'erasure writes nothing new' USING ERRCODE = 'restrict_violation';
                END IF;
            END LOOP;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
NOT_ANY_MORE = "DROP FUNCTION binzhi_refuse_all_but_erasure(); DROP FUNCTION binzhi_erases();"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_final_txid_ahead")]
    operations = [migrations.RunSQL(REFUSE_ALL_BUT_ERASURE, NOT_ANY_MORE)]
