"""The second wall: the database itself shows a session the hotels it is bound to, whatever the SQL says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from binzhi.kernel import db
from tests.architecture.twins import Twin, make_twin

# Read to find out which hotels a session may see, so they stand before the wall; they hold no guest and no money.
BEFORE_THE_WALL = {
    "people_department", "people_post", "people_staff", "people_apitoken", "property_hotel", "property_hotelgroup",
}  # fmt: skip
STRANGER_ROLE = "binzhi_test_reader"

_TABLES = """
SELECT c.relname AS name, min(a.attname) AS "column", bool_and(c.relrowsecurity) AS on, bool_and(c.relforcerowsecurity) AS forced,
       (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('hotel_id', 'group_id')
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname !~ '^auth_' GROUP BY c.oid, c.relname ORDER BY 1
"""


def tables() -> list[dict[str, Any]]:
    return db.fetch_all(_TABLES)


def walled() -> list[tuple[str, str]]:
    return [(row["name"], row["column"]) for row in tables() if row["name"] not in BEFORE_THE_WALL]


@pytest.mark.django_db
def test_every_table_of_a_hotel_or_group_has_its_wall() -> None:
    rows = tables()
    assert len(rows) > 30
    open_ones = [
        row["name"]
        for row in rows
        if row["name"] not in BEFORE_THE_WALL and not (row["on"] and row["forced"] and row["policies"] == 1)
    ]
    assert open_ones == []


@pytest.mark.django_db
def test_the_role_of_the_house_cannot_step_over_the_wall() -> None:
    role = db.fetch_one("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    assert role == {"rolsuper": False, "rolbypassrls": False}


@pytest.fixture
def committed(transactional_db: None) -> tuple[Twin, Twin]:
    return make_twin("a"), make_twin("b")


def place(**changed: str) -> str:
    info = connection.settings_dict
    known = {
        "host": info["HOST"],
        "port": info["PORT"],
        "dbname": info["NAME"],
        "user": info["USER"],
        "password": info["PASSWORD"],
    }
    return psycopg.conninfo.make_conninfo(**{key: value for key, value in (known | changed).items() if value})


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """The role that owns the tables: the wall is forced on it too."""
    with psycopg.connect(place(), autocommit=True) as raw:
        yield raw


@pytest.fixture
def reader(transactional_db: None) -> Iterator[psycopg.Connection]:
    """Another role that may read and write every table, as a report tool would."""
    try:
        boss = psycopg.connect(place(user="postgres", password=""), autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("no superuser of the test server to make another role with")
    with boss:
        boss.execute(f"DROP ROLE IF EXISTS {STRANGER_ROLE}")
        boss.execute(f"CREATE ROLE {STRANGER_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS")
        boss.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {STRANGER_ROLE}")
        boss.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {STRANGER_ROLE}")
        with psycopg.connect(place(user=STRANGER_ROLE, password=""), autocommit=True) as raw:
            yield raw
        boss.execute(f"DROP OWNED BY {STRANGER_ROLE}")
        boss.execute(f"DROP ROLE {STRANGER_ROLE}")


def count(raw: psycopg.Connection, sql: str) -> int:
    row = raw.execute(sql).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])


def bind(raw: psycopg.Connection, hotels: str, groups: str) -> None:
    raw.execute(
        "SELECT set_config('binzhi.hotels', %s, false), set_config('binzhi.groups', %s, false)", [hotels, groups]
    )


def check_walls(raw: psycopg.Connection, twins: tuple[Twin, Twin], places: list[tuple[str, str]]) -> None:
    own, foreign = twins
    group = {"hotel_id": own.pk, "group_id": own.hotel.ref.group_id}
    other = {"hotel_id": foreign.pk, "group_id": foreign.hotel.ref.group_id}
    unset = {table: count(raw, f"SELECT count(*) FROM {table}") for table, _column in places}
    assert set(unset.values()) == {0}
    bind(raw, "", "")
    assert {count(raw, f"SELECT count(*) FROM {table}") for table, _column in places} == {0}
    bind(raw, str(own.pk), str(own.hotel.ref.group_id))
    seen = {
        table: count(raw, f"SELECT count(*) FROM {table} WHERE {column} = {group[column]}") for table, column in places
    }
    leaked = {
        table: count(raw, f"SELECT count(*) FROM {table} WHERE {column} <> {group[column]}") for table, column in places
    }
    assert {table for table, rows in leaked.items() if rows} == set()
    # Otherwise an empty table would prove nothing.
    empty = {table for table, rows in seen.items() if not rows}
    assert empty <= {"frontdesk_nightaudit", "frontdesk_daystatistics", "guests_reveal", "reservations_agreement"}
    bind(raw, f"{own.pk},{foreign.pk}", "*")
    both = {
        table: count(raw, f"SELECT count(*) FROM {table} WHERE {column} = {other[column]}") for table, column in places
    }
    assert {table for table, rows in both.items() if not rows} == empty


def test_owner_sees_nothing_unbound_and_one_hotel_when_bound(
    committed: tuple[Twin, Twin], owner: psycopg.Connection
) -> None:
    check_walls(owner, committed, walled())


def test_another_role_sees_nothing_unbound_and_one_hotel_when_bound(
    committed: tuple[Twin, Twin], reader: psycopg.Connection
) -> None:
    check_walls(reader, committed, walled())


def test_odd_bindings_show_no_more_than_they_name(committed: tuple[Twin, Twin], owner: psycopg.Connection) -> None:
    """In one house: to set it up takes longer than to ask."""
    for given in ("0", "-1", "1,2", "", "*,*", "99999999999"):
        allowed = {int(part) for part in given.split(",") if part.isdigit()}
        try:
            bind(owner, given, given)
            rows = owner.execute("SELECT DISTINCT hotel_id FROM property_room").fetchall()
        except psycopg.Error:
            continue
        assert {row[0] for row in rows} <= allowed, given


def test_writing_into_another_hotel_is_refused_by_the_database(
    committed: tuple[Twin, Twin], owner: psycopg.Connection
) -> None:
    own, foreign = committed
    bind(owner, str(own.pk), str(own.hotel.ref.group_id))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("INSERT INTO property_building (hotel_id, name) VALUES (%s, 'x')", [foreign.pk])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("UPDATE property_room SET hotel_id = %s", [foreign.pk])
    assert owner.execute("UPDATE property_room SET number = number WHERE hotel_id = %s", [foreign.pk]).rowcount == 0
    assert owner.execute("DELETE FROM property_room WHERE hotel_id = %s", [foreign.pk]).rowcount == 0


def test_negative_control_without_the_wall_the_twin_is_seen(
    committed: tuple[Twin, Twin], owner: psycopg.Connection
) -> None:
    own, foreign = committed
    bind(owner, str(own.pk), str(own.hotel.ref.group_id))
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE property_room NO FORCE ROW LEVEL SECURITY")
        assert count(owner, f"SELECT count(*) FROM property_room WHERE hotel_id = {foreign.pk}") > 0
