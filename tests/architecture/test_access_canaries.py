"""Marked values go through the house; afterwards they are nowhere but where they belong."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.people.posts import POSTS
from tests.architecture.test_access_operations import all_rights
from tests.architecture.twins import PASSWORD, Twin, make_twin, staff_with

NAME, PINYIN = "金丝雀甲", "jinsiquejia"
PHONE, GUARDIAN = "13812340777", "13812340888"
CARD = "110101199003078670"
EMAIL = "canary.777@example.com"
SECRETS = (PHONE, GUARDIAN, CARD)
PERSONAL = (*SECRETS, NAME, PINYIN, EMAIL)
# The tables whose business it is to know a person's name or address.
KEEPS_NAMES = {"guests_guest", "reservations_reservation"}


@dataclass
class Walk:
    """A clerk's browser that remembers every address it was given."""

    client: Client
    addresses: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def get(self, url: str, **typed: str) -> str:
        return self._keep(self.client.get(url, typed))

    def post(self, url: str, **typed: Any) -> str:
        return self._keep(self.client.post(url, typed))

    def _keep(self, answer: Any) -> str:
        page: str = answer.content.decode()
        self.statuses.append(answer.status_code)
        self.addresses += re.findall(r'(?:href|action|src|hx-(?:get|post))="([^"]*)"', page)
        self.addresses.append(answer.headers.get("Location", ""))
        self.cookies += [cookie.value for cookie in answer.cookies.values()]
        return page


@pytest.fixture
def walked(db: None, caplog: pytest.LogCaptureFixture) -> tuple[Twin, Walk]:
    """A guest file, a document, searches, a look at masked values, a booking and a mistake of each kind."""
    caplog.set_level(logging.DEBUG)
    twin = make_twin("a")
    staff_with(twin, "boss", all_rights())
    client = Client()
    assert client.login(username="boss", password=PASSWORD)
    walk = Walk(client)
    guests = f"/h/{twin.code}/guests"
    typed = {"name": NAME, "phone": PHONE, "email": EMAIL, "birth_date": "1990-03-07"}
    walk.post(f"{guests}/new", **{**typed, "phone": PHONE + "9"})
    walk.post(f"{guests}/new", **typed, idempotency_key="canary-1")
    walk.post(f"{guests}/new", **typed, idempotency_key="canary-1")
    guest_id = guest_of(twin)
    twin.ids["canary_id"] = guest_id
    walk.post(f"{guests}/{guest_id}/edit", **typed, version="1", note="x")
    walk.post(f"{guests}/{guest_id}/edit", **typed, version="1", note="y")
    walk.post(f"{guests}/{guest_id}/documents", kind="resident_id", number=CARD[:-1] + "1")
    walk.post(f"{guests}/{guest_id}/documents", kind="resident_id", number=CARD)
    walk.post(f"{guests}/{twin.ids['other_guest_id']}/documents", kind="resident_id", number=CARD)
    walk.post(f"{guests}/{guest_id}/reveal", what="phone", reason="guest")
    for query in (NAME, PINYIN, PHONE, CARD, PHONE[-4:]):
        for place in (guests, f"{guests}/suggest", f"/h/{twin.code}/search"):
            walk.client.get(place, {"q": query})
    walk.get(f"{guests}/{guest_id}")
    walk.get(f"{guests}/{guest_id}/edit")
    book(twin)
    for screen in ("today", "arrivals", "in-house", "reservations", "guests"):
        walk.get(f"/h/{twin.code}/{screen}")
    return twin, walk


def guest_of(twin: Twin) -> int:
    db.enter_scope("*", "*")
    found: int = db.fetch_value("SELECT id FROM guests_guest WHERE name = %s", [NAME])
    return found


def book(twin: Twin) -> None:
    """A booking by phone and an arrival with a minor, whose guardian leaves a number."""
    from binzhi.frontdesk import services as desk
    from binzhi.frontdesk.requests import RegistrationInput
    from binzhi.guests.documents import DocumentInput
    from binzhi.reservations import services as reservations
    from tests.factories import booking

    clerk = Actor(
        user_id=1, grants={twin.pk: frozenset(POSTS["receptionist"].permissions)},
        group_ids=frozenset({twin.hotel.ref.group_id}),
    )  # fmt: skip
    typed = booking(booker_name=NAME, booker_phone=PHONE, guest_id=twin.ids["canary_id"])
    made = reservations.create_reservation(hotel_id=twin.pk, booking=typed, actor=clerk, now=clock.now())
    child = RegistrationInput(
        name="小鸟", birth_date=date(2016, 5, 1), guardian_name="大鸟", guardian_phone=GUARDIAN, guardian_relation="父亲",
        room_relation="parent", identity_by="household",
    )  # fmt: skip
    free = twin.ids["room_id"]
    desk.check_in(
        hotel_id=twin.pk, room_reservation_id=made.room_ids[0], room_id=free, actor=clerk, now=clock.now(),
        registrations=(
            RegistrationInput(guest_id=twin.ids["canary_id"], document=DocumentInput("resident_id", CARD)), child,
        ),
    )  # fmt: skip


def test_the_walk_went_where_it_should(walked: tuple[Twin, Walk]) -> None:
    """Otherwise clean logs would prove nothing."""
    _twin, walk = walked
    assert walk.statuses[:9] == [422, 302, 302, 302, 412, 422, 302, 409, 200]
    assert set(walk.statuses[9:]) == {200}


def test_logs_hold_no_personal_value(walked: tuple[Twin, Walk], caplog: pytest.LogCaptureFixture) -> None:
    said = caplog.get_records("setup") + caplog.records
    assert said, "nothing was logged at all"
    lines = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in said)
    assert [value for value in PERSONAL if value in lines] == []


def test_addresses_and_cookies_hold_no_personal_value(walked: tuple[Twin, Walk]) -> None:
    from urllib.parse import unquote_plus

    _twin, walk = walked
    given = [unquote_plus(address) for address in (*walk.addresses, *walk.cookies)]
    assert len(given) > 100
    assert [(value, address) for address in given for value in PERSONAL if value in address] == []


def test_database_holds_secrets_nowhere_and_names_only_where_they_belong(walked: tuple[Twin, Walk]) -> None:
    """All columns of all tables, text and bytes: audit, events, jobs, sessions, caches, idempotency keys included."""
    found = sightings(PERSONAL)
    assert {(table, value) for table, value in found if value in SECRETS} == set()
    assert {table for table, value in found if value not in SECRETS} == KEEPS_NAMES


def sightings(values: tuple[str, ...]) -> set[tuple[str, str]]:
    """Where a value stands, as text or as bytes (bytea prints as hexadecimal)."""
    db.forget_scope()
    db.enter_scope("*", "*")
    seen = set()
    for table in connection.introspection.table_names():
        for value in values:
            marks = [f"%{value}%", f"%{value.encode().hex()}%"]
            if db.fetch_value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE ANY (%s)", [marks]):
                seen.add((table, value))
    return seen


def test_negative_control_a_secret_that_leaks_is_seen(walked: tuple[Twin, Walk]) -> None:
    db.enter_scope("*", "*")
    db.execute("UPDATE guests_guest SET note = %s WHERE name = %s", [PHONE, NAME])
    db.execute("UPDATE guests_guest SET phone_sealed = %s WHERE name = %s", [CARD.encode(), NAME])
    assert {("guests_guest", PHONE), ("guests_guest", CARD)} <= sightings(SECRETS)
