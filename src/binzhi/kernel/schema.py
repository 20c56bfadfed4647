"""Pieces of migrations that several contexts need: tenant walls and insert-only tables."""

from __future__ import annotations

from django.db import migrations

_WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    (SELECT current_setting('binzhi.{setting}', true)) = '*'
    OR {column} = ANY ((SELECT string_to_array(nullif(current_setting('binzhi.{setting}', true), '*'), ','))::bigint[])
);
"""
_NO_WALL = """
DROP POLICY tenant ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def hotel_wall(*tables: str) -> list[migrations.RunSQL]:
    """Row-level security by `hotel_id`: a session sees the hotels of `binzhi.hotels`, none when it is unset."""
    return [_wall(table, "hotel_id", "hotels") for table in tables]


def group_wall(*tables: str) -> list[migrations.RunSQL]:
    """Row-level security by `group_id` for what belongs to the whole group (guests, organisations)."""
    return [_wall(table, "group_id", "groups") for table in tables]


def _wall(table: str, column: str, setting: str) -> migrations.RunSQL:
    names = {"table": table, "column": column, "setting": setting}
    return migrations.RunSQL(_WALL.format(**names), _NO_WALL.format(**names))


_INSERT_ONLY = """
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION binzhi_refuse_change();
"""


def insert_only(*tables: str) -> list[migrations.RunSQL]:
    """Rows of these tables are written once: UPDATE and DELETE raise, for the owner too."""
    return [
        migrations.RunSQL(_INSERT_ONLY.format(table=table), f"DROP TRIGGER {table}_insert_only ON {table}")
        for table in tables
    ]


_ERASABLE = """
DROP TRIGGER {table}_insert_only ON {table};
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION binzhi_refuse_all_but_erasure('{columns}');
"""


def erasable(**tables: str) -> list[migrations.RunSQL]:
    """Insert-only tables, each with the columns (`"text,reason"`) that erasure may empty: see `kernel.erasing`."""
    return [
        migrations.RunSQL(
            _ERASABLE.format(table=table, columns=columns),
            f"DROP TRIGGER {table}_insert_only ON {table};" + _INSERT_ONLY.format(table=table),
        )
        for table, columns in tables.items()
    ]
