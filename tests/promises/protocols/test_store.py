"""Protocols kept in versions: what is saved, what is refused, what a hotel begins with."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.people.setup import create_departments, create_post
from binzhi.promises.access import Permission
from binzhi.promises.errors import ProtocolInvalid, ProtocolOff, UnknownProtocol
from binzhi.promises.protocols import store
from binzhi.promises.protocols.reader import read
from binzhi.promises.services import protocols
from binzhi.promises.services.protocols import (
    SavedProtocol,
    install_shipped,
    save_protocol,
    set_protocol_active,
)
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, statements
from tests.guests.conftest import colleague, new_hotel

TEA = """\
protocol: tea
name: 送茶
name_en: Tea
subject: visit
anchors:
  arrival: {name: 抵店}
tasks:
  - key: tea
    name: 送茶
    department: housekeeping
    posts: [room-attendant]
    due: arrival + 5min
"""
VERSIONS = (
    "SELECT v.number, v.note, v.made_by_id, p.version_id = v.id AS is_current FROM promises_protocolversion v"
    " JOIN promises_protocol p ON p.id = v.protocol_id WHERE v.hotel_id = %s ORDER BY p.code, v.number"
)


@pytest.fixture
def hotel(db: None) -> HotelRef:
    made = new_hotel()
    create_departments(hotel_id=made.pk)
    return made


def save(hotel: HotelRef, source: str = TEA, **more: Any) -> SavedProtocol:
    return save_protocol(**{"hotel_id": hotel.pk, "source": source, "actor": SYSTEM, "now": NOW} | more)


def kept(hotel: HotelRef) -> dict[str, Any]:
    """All that a refusal must leave as it was."""
    db.enter_scope("*", "*")
    tables = ("promises_protocol", "promises_protocolversion", "kernel_audit_entry", "kernel_outbox_event")
    return {
        table: db.fetch_value(
            f"SELECT coalesce(string_agg(x::text, ';' ORDER BY x::text), '') FROM {table} x WHERE hotel_id = %s",
            [hotel.pk],
        )
        for table in tables
    }


def test_save_protocol_a_new_code_is_version_one_and_is_followed(hotel: HotelRef) -> None:
    saved = save(hotel, note="第一版")

    assert saved.number == 1
    assert db.fetch_all(VERSIONS, [hotel.pk]) == [
        {"number": 1, "note": "第一版", "made_by_id": None, "is_current": True}
    ]
    version_id, spec = store.current(hotel.pk, "tea")
    assert (version_id, spec) == (saved.version_id, read(TEA))
    row = db.fetch_one(
        "SELECT name, name_en, subject, is_active FROM promises_protocol WHERE id = %s", [saved.protocol_id]
    )
    assert row == {"name": "送茶", "name_en": "Tea", "subject": "visit", "is_active": True}
    events = db.fetch_all(
        "SELECT payload FROM kernel_outbox_event WHERE hotel_id = %s AND topic = 'protocol.saved'", [hotel.pk]
    )
    assert [json.loads(event["payload"]) for event in events] == [
        {"hotel_id": hotel.pk, "protocol_id": saved.protocol_id, "version_id": saved.version_id}
    ]


def test_save_protocol_another_text_is_the_next_version_and_the_old_one_stays(hotel: HotelRef) -> None:
    first = save(hotel)
    second = save(hotel, TEA.replace("5min", "10min").replace("name: 送茶\nname_en", "name: 送热茶\nname_en"))

    assert (second.protocol_id, second.number) == (first.protocol_id, 2)
    assert [(row["number"], row["is_current"]) for row in db.fetch_all(VERSIONS, [hotel.pk])] == [(1, False), (2, True)]
    assert store.current(hotel.pk, "tea")[0] == second.version_id
    assert store.spec_of(first.version_id).by_key["tea"].offset.total_seconds() == 300
    assert store.spec_of(second.version_id).by_key["tea"].offset.total_seconds() == 600
    assert db.fetch_value("SELECT name FROM promises_protocol WHERE id = %s", [first.protocol_id]) == "送热茶"


@pytest.mark.parametrize(
    "again", [TEA, TEA.replace("\n", "\r\n"), "\n" + TEA + "\n\n", TEA.replace("visit\n", "visit  \n")]
)
def test_save_protocol_the_same_text_again_makes_no_version(hotel: HotelRef, again: str) -> None:
    first = save(hotel)
    assert save(hotel, again) == first
    assert len(db.fetch_all(VERSIONS, [hotel.pk])) == 1


def test_save_protocol_an_older_text_is_a_new_version(hotel: HotelRef) -> None:
    save(hotel)
    save(hotel, TEA.replace("5min", "10min"))
    assert save(hotel).number == 3


def test_save_protocol_with_mistakes_is_refused_and_changes_nothing(hotel: HotelRef) -> None:
    save(hotel)
    before = kept(hotel)
    with pytest.raises(ProtocolInvalid) as refused:
        save(hotel, TEA.replace("due: arrival", "due: arival").replace("subject", "object"))
    assert [(p.line, p.code) for p in refused.value.problems] == [
        (1, "missing"), (4, "unknown_key_near"), (12, "unknown_anchor_near"),
    ]  # fmt: skip
    assert kept(hotel) == before


def test_save_protocol_for_departments_and_posts_the_hotel_has_not_is_refused(hotel: HotelRef) -> None:
    before = kept(hotel)
    source = (
        TEA.replace("department: housekeeping", "department: housekeping")
        .replace(
            "posts: [room-attendant]",
            "posts: [room-attendant, butler]\n    hand_on: [spa]\n    ladder: [{after: 0min, to: '@manager'}, {after: 1h, to: owner}]"
            "\n    evidence: [{kind: countersignature, post: chef}]",
        )
        .replace("subject: visit", "subject: visit\ndepartments: [sales, casino]\nladder: [{after: 0min, to: boss}]")
    )
    with pytest.raises(ProtocolInvalid) as refused:
        save(hotel, source)
    assert [(p.line, p.column, p.where, p.code, p.params["value"]) for p in refused.value.problems] == [
        (5, 22, "departments.casino", "unknown_department", "casino"),
        (6, 28, "ladder[1].to", "unknown_post", "boss"),
        (12, 17, "tasks.tea.department", "unknown_department_near", "housekeping"),
        (13, 29, "tasks.tea.posts.butler", "unknown_post", "butler"),
        (14, 15, "tasks.tea.hand_on.spa", "unknown_department", "spa"),
        (15, 61, "tasks.tea.ladder[2].to", "unknown_post", "owner"),
        (16, 47, "tasks.tea.evidence[1].post", "unknown_post", "chef"),
    ]
    assert kept(hotel) == before


def test_save_protocol_for_a_post_of_the_hotel_s_own_making_is_taken(hotel: HotelRef) -> None:
    create_post(hotel_id=hotel.pk, code="butler", name="管家", permissions=[], department="housekeeping")
    assert save(hotel, TEA.replace("room-attendant", "butler")).number == 1


def test_save_protocol_on_an_older_version_is_refused_with_what_was_saved(hotel: HotelRef) -> None:
    save(hotel)
    newer = TEA.replace("5min", "10min")
    save(hotel, newer, expected_number=1)
    before = kept(hotel)
    with pytest.raises(EditConflict) as refused:
        save(hotel, TEA.replace("5min", "20min"), expected_number=1)
    assert refused.value.current == {"source": newer, "number": 2}
    assert kept(hotel) == before


def test_save_protocol_a_long_note_is_refused(hotel: HotelRef) -> None:
    before = kept(hotel)
    with pytest.raises(InvalidInput) as refused:
        save(hotel, note="长" * 201)
    assert refused.value.field == "note"
    assert kept(hotel) == before


def test_save_protocol_without_the_right_is_refused(hotel: HotelRef) -> None:
    before = kept(hotel)
    with pytest.raises(Forbidden):
        save(hotel, actor=colleague(hotel, Permission.VIEW, Permission.WORK))
    with pytest.raises(NotFound):
        save(hotel, actor=Actor(user_id=1, grants={hotel.pk + 1: frozenset(Permission)}))
    assert kept(hotel) == before


def test_set_protocol_active_off_is_no_longer_followed_and_on_again(hotel: HotelRef) -> None:
    saved = save(hotel)
    switch: Callable[[bool], None] = lambda active: set_protocol_active(  # noqa: E731
        hotel_id=hotel.pk, code="tea", active=active, actor=colleague(hotel, Permission.EDIT_PROTOCOLS), now=NOW
    )
    switch(False)
    with pytest.raises(ProtocolOff):
        store.current(hotel.pk, "tea")
    assert store.spec_of(saved.version_id) == read(TEA)
    switch(True)
    assert store.current(hotel.pk, "tea")[0] == saved.version_id


def test_set_protocol_active_of_an_unknown_protocol_is_refused(hotel: HotelRef) -> None:
    before = kept(hotel)
    with pytest.raises(UnknownProtocol):
        set_protocol_active(hotel_id=hotel.pk, code="tea", active=False, actor=SYSTEM, now=NOW)
    assert kept(hotel) == before


def test_current_and_spec_of_what_is_not_there_are_not_found(hotel: HotelRef) -> None:
    with pytest.raises(UnknownProtocol):
        store.current(hotel.pk, "tea")
    with pytest.raises(UnknownProtocol):
        store.spec_of(0)


def test_current_of_another_hotel_is_not_found(hotel: HotelRef) -> None:
    save(hotel)
    with pytest.raises(UnknownProtocol):
        store.current(new_hotel().pk, "tea")


def test_install_shipped_gives_all_and_leaves_what_the_hotel_has_made_of_them(hotel: HotelRef) -> None:
    own = save(hotel, store.shipped()["wake-up-call"].replace("wake + 2min", "wake + 3min"))
    made = install_shipped(hotel_id=hotel.pk)

    assert sorted(made) == sorted(set(store.shipped()) - {"wake-up-call"})
    assert store.current(hotel.pk, "wake-up-call")[0] == own.version_id
    for code, version_id in made.items():
        assert store.current(hotel.pk, code) == (version_id, read(store.shipped()[code]))
    assert install_shipped(hotel_id=hotel.pk) == {}
    assert save(hotel, store.shipped()["vip-reception"]).number == 1


def test_install_shipped_is_off_where_the_hotel_has_not_the_departments(db: None) -> None:
    bare = new_hotel()
    create_post(
        hotel_id=bare.pk, code="front-office-supervisor", name="主管", permissions=[], department="front-office"
    )
    install_shipped(hotel_id=bare.pk)
    with pytest.raises(ProtocolOff):
        store.current(bare.pk, "vip-reception")


def test_versions_are_never_changed(hotel: HotelRef) -> None:
    saved = save(hotel)
    with pytest.raises(Exception, match="insert"):
        db.execute("UPDATE promises_protocolversion SET source = '' WHERE id = %s", [saved.version_id])


def save_all_at_once(hotel: HotelRef, minutes: list[int]) -> list[str]:
    """One thread for each text: the number it got, or what was refused."""
    answers: list[str] = []
    start = threading.Barrier(len(minutes))

    def one(text: str) -> None:
        try:
            start.wait()
            answers.append(str(save(hotel, text).number))
        except Exception as error:
            answers.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[TEA.replace("5min", f"{each}min")]) for each in minutes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.enter_scope("*", "*")
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_save_protocol_by_many_at_once_numbers_every_version_once() -> None:
    hotel = new_hotel()
    create_departments(hotel_id=hotel.pk)
    assert save_all_at_once(hotel, [11, 12, 13, 14]) == ["1", "2", "3", "4"]
    rows = db.fetch_all(VERSIONS, [hotel.pk])
    assert [(row["number"], row["is_current"]) for row in rows] == [(1, False), (2, False), (3, False), (4, True)]


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_two_versions_want_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    hotel = new_hotel()
    create_departments(hotel_id=hotel.pk)
    save(hotel)
    met = threading.Barrier(2)
    fetch_one = db.fetch_one

    def read_and_meet(sql: str, params: Any = ()) -> dict[str, Any] | None:
        row = fetch_one(sql, params)
        if sql == protocols._LAST:
            met.wait()
        return row

    monkeypatch.setattr(
        protocols, "_TAKE", "SELECT id FROM promises_protocol WHERE hotel_id = %(hotel)s AND code = %(code)s"
    )
    monkeypatch.setattr(db, "fetch_one", read_and_meet)
    assert save_all_at_once(hotel, [11, 12]) == ["2", "IntegrityError"]


def test_spec_of_a_version_is_read_once(hotel: HotelRef) -> None:
    saved = save(hotel)
    with statements() as first:
        store.spec_of(saved.version_id)
    with statements() as again:
        store.spec_of(saved.version_id)
    assert (len(first), again) == (1, [])
