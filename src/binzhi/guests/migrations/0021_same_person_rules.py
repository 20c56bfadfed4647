"""Indexes to find the same person by, the function that moves rows from one file to another, walls."""

from django.db import migrations

from binzhi.kernel.schema import group_wall

INDEXES = {
    "guest_merged": "guests_guest (merged_into_id) WHERE merged_into_id IS NOT NULL",
    "guest_unmatched": "guests_guest (group_id, id) WHERE matched_version < version",
    "guest_by_birth_date": "guests_guest (group_id, birth_date) WHERE birth_date IS NOT NULL",
    "guest_by_email": "guests_guest (group_id, email) WHERE email <> ''",
}
# A row whose like the file that stays has already (a rule of its table says there is one) does not move.
MOVE = """
CREATE FUNCTION guests_move_rows(tab regclass, col name, old_id bigint, new_id bigint, ids bigint[])
RETURNS TABLE (row_id bigint, moved boolean) LANGUAGE plpgsql AS $$
DECLARE
    which text := format('%I = $2', col) || CASE WHEN ids IS NULL THEN '' ELSE ' AND id = ANY ($3)' END;
    done bigint[];
    each bigint;
BEGIN
    BEGIN
        EXECUTE format('WITH m AS (UPDATE %s SET %I = $1 WHERE %s RETURNING id) SELECT array_agg(id) FROM m',
            tab, col, which) INTO done USING new_id, old_id, ids;
        RETURN QUERY SELECT unnest(done), true;
        RETURN;
    EXCEPTION WHEN unique_violation OR exclusion_violation OR check_violation THEN
        NULL;
    END;
    FOR each IN EXECUTE format('SELECT id FROM %s WHERE %s ORDER BY id', tab, which) USING new_id, old_id, ids LOOP
        row_id := each;
        BEGIN
            EXECUTE format('UPDATE %s SET %I = $1 WHERE id = $2', tab, col) USING new_id, each;
            moved := true;
        EXCEPTION WHEN unique_violation OR exclusion_violation OR check_violation THEN
            moved := false;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("guests", "0020_same_person")]
    operations = [
        *[migrations.RunSQL(f"CREATE INDEX {name} ON {on}", f"DROP INDEX {name}") for name, on in INDEXES.items()],
        migrations.RunSQL(MOVE, "DROP FUNCTION guests_move_rows(regclass, name, bigint, bigint, bigint[])"),
        *group_wall(
            "guests_duplicatepair",
            "guests_merge",
            "guests_mergedrow",
            "guests_mergedfield",
            "guests_import",
            "guests_importpart",
            "guests_importrow",
            "guests_importprofile",
        ),
    ]
