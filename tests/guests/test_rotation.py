"""Keys are changed while the house works: a killed run goes on, a missing key stops it, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from binzhi.guests import rotation
from binzhi.guests.models import Guest, GuestDocument
from binzhi.guests.services import DocumentInput, GuestDetails, add_document, create_guest, reveal
from binzhi.kernel import crypto
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden
from binzhi.kernel.models import AuditEntry
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM
from tests.guests.conftest import colleague, new_hotel, see_all

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def sealed(hotel: HotelRef, clerk: Actor, settings: Any) -> list[int]:
    settings.BINZHI_DATA_KEYS = {1: OLD}
    guests = [
        create_guest(
            hotel_id=hotel.pk, details=GuestDetails(name=f"王{n}", phone=f"139123488{n:02}"), actor=clerk, now=NOW
        )
        for n in range(7)
    ]
    card = DocumentInput("resident_id", "11010519491231002X")
    add_document(hotel_id=hotel.pk, guest_id=guests[0], document=card, actor=clerk, now=NOW)
    settings.BINZHI_DATA_KEYS = {1: OLD, 2: NEW}
    return guests


def keys_in_use() -> set[int]:
    see_all()
    values = [
        *Guest.objects.values_list("phone_sealed", flat=True),
        *GuestDocument.objects.values_list("number_sealed", flat=True),
    ]
    return {crypto.key_id_of(value) for value in values if value is not None}


def test_rotate_takes_batches_until_all_are_under_the_newest_key(
    hotel: HotelRef, clerk: Actor, sealed: list[int], settings: Any
) -> None:
    assert [rotation.rotate(hotel_id=hotel.pk, batch=3, actor=SYSTEM, now=NOW) for _ in range(4)] == [3, 3, 2, 0]
    assert (keys_in_use(), set(rotation.values_under_old_keys().values())) == ({2}, {0})
    settings.BINZHI_DATA_KEYS = {2: NEW}
    phones = [
        reveal(hotel_id=hotel.pk, guest_id=guest, what="phone", reason="x", actor=clerk, now=NOW) for guest in sealed
    ]
    assert phones == [f"+86139123488{n:02}" for n in range(7)]


def test_rotate_is_the_systems_alone(hotel: HotelRef, clerk: Actor, sealed: list[int]) -> None:
    with pytest.raises(Forbidden):
        rotation.rotate(hotel_id=hotel.pk, actor=clerk, now=NOW)
    assert keys_in_use() == {1}


def test_rotate_value_that_does_not_open_stops_and_changes_nothing(
    hotel: HotelRef, sealed: list[int], settings: Any
) -> None:
    settings.BINZHI_DATA_KEYS = {2: NEW}
    audited = AuditEntry.objects.count()
    with pytest.raises(crypto.KeyMissing):
        rotation.rotate(hotel_id=hotel.pk, actor=SYSTEM, now=NOW)
    assert (keys_in_use(), AuditEntry.objects.count()) == ({1}, audited)


def test_command_rotates_and_says_when_the_old_key_may_go(sealed: list[int]) -> None:
    said = StringIO()
    call_command("rotate_keys", "--check", stdout=said)
    assert "guests_guest.phone_sealed: 7 under older keys" in said.getvalue()
    call_command("rotate_keys", "--batch", "2", stdout=said)
    assert "8 values sealed anew" in said.getvalue()
    assert "older keys may be taken away" in said.getvalue()
    assert keys_in_use() == {2}


def test_command_without_the_key_says_what_to_do(sealed: list[int], settings: Any) -> None:
    settings.BINZHI_DATA_KEYS = {2: NEW}
    with pytest.raises(CommandError, match="Put the key back"):
        call_command("rotate_keys", stdout=StringIO())


KILLED = """
import os, django
django.setup()
from django.conf import settings
settings.BINZHI_DATA_KEYS = {1: b"o" * 32, 2: b"n" * 32}
from datetime import UTC, datetime
from binzhi.guests import rotation
from binzhi.kernel.actor import Actor
place = int(os.environ["KILL_AT"])
before = rotation.db.execute
seen = 0
def dying(sql, params=()):
    global seen
    seen += 1
    if seen == place:
        os.kill(os.getpid(), 9)
    return before(sql, params)
rotation.db.execute = dying
from binzhi.kernel import db
db.enter_scope("*", "*")
rotation.rotate_all(actor=Actor.system("drill"), now=lambda: datetime.now(UTC), told=lambda total: None, batch=2)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [[2], pytest.param([1, 2, 1, 3], marks=pytest.mark.slow)])
def test_rotation_killed_goes_on_and_every_value_opens(settings: Any, places: list[int]) -> None:
    hotel = new_hotel()
    boss = colleague(hotel, "guests.create_guest", "guests.reveal")
    settings.BINZHI_DATA_KEYS = {1: OLD}
    guests = [
        create_guest(hotel_id=hotel.pk, details=GuestDetails(name="王", phone=f"139123488{n:02}"), actor=boss, now=NOW)
        for n in range(6)
    ]
    ended = [run_until_killed(at) for at in (*places, 99)]
    # Four rounds of two are more than there are rows for: the last of many may find nothing to be killed at.
    assert ended[: min(len(places), 2)] == [-signal.SIGKILL] * min(len(places), 2)
    assert ended[-1] == 0
    settings.BINZHI_DATA_KEYS = {2: NEW}
    assert keys_in_use() == {2}
    phones = [reveal(hotel_id=hotel.pk, guest_id=g, what="phone", reason="x", actor=boss, now=NOW) for g in guests]
    assert phones == [f"+86139123488{n:02}" for n in range(6)]


def run_until_killed(place: int) -> int:
    """A process of its own on the same database."""
    info = connection.settings_dict
    url = f"postgresql://{info['USER']}:{info['PASSWORD']}@/{info['NAME']}?host={info['HOST']}&port={info['PORT']}"
    surroundings = {**os.environ, "BINZHI_DATABASE_URL": url, "KILL_AT": str(place)}
    return subprocess.run([sys.executable, "-c", KILLED], env=surroundings, capture_output=True).returncode


def test_register_sealed_adds_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[rotation.Sealed] = []
    monkeypatch.setattr(rotation, "SEALED", known)
    place: Callable[[int], str] = lambda pk: f"x:{pk}"  # noqa: E731
    rotation.register_sealed("frontdesk_registration", "guardian_phone_sealed", place)
    assert [(sealed.table, sealed.column, sealed.place(3)) for sealed in known] == [
        ("frontdesk_registration", "guardian_phone_sealed", "x:3")
    ]


def test_rotate_takes_second_steps_along_and_they_still_open(hotel: HotelRef, sealed: list[int], settings: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from binzhi.people.models import User

    settings.BINZHI_DATA_KEYS = {1: OLD}
    user = User.objects.create_user(username="lin.xiao", password=None)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    settings.BINZHI_DATA_KEYS = {1: OLD, 2: NEW}
    while rotation.rotate(hotel_id=hotel.pk, batch=3, actor=SYSTEM, now=NOW):
        pass
    settings.BINZHI_DATA_KEYS = {2: NEW}
    kept = Authenticator.objects.get(user=user, type="totp")
    assert rotation.values_under_old_keys()["mfa_authenticator.data"] == 0
    from binzhi.people.second_steps import open_sealed

    assert open_sealed(kept.data["secret"]) == secret
    assert RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).generate_codes() == codes


def test_every_sealed_column_of_the_house_is_rotated(db: None) -> None:
    """A context that seals something and does not say so would lose it when the old key goes."""
    from binzhi.kernel import db as sql

    columns = sql.fetch_all(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'bytea'"
        " AND (column_name LIKE '%%sealed' OR column_name LIKE '%%key')",
        {},
    )
    assert {(row["table_name"], row["column_name"]) for row in columns} == {
        (sealed.table, sealed.column) for sealed in rotation.SEALED
    }


def test_rotate_reaches_the_keys_of_outside_partners(hotel: HotelRef, settings: Any) -> None:
    from binzhi.frontdesk.keys.services import LINK, LocksInput, set_locks

    settings.BINZHI_DATA_KEYS = {1: OLD}
    locks = LocksInput(provider_url="https://locks.example", provider_key="door-key")
    set_locks(hotel_id=hotel.pk, locks=locks, actor=SYSTEM, now=NOW)
    settings.BINZHI_DATA_KEYS = {1: OLD, 2: NEW}
    assert rotation.values_under_old_keys()["frontdesk_locksystem.key"] == 1
    while rotation.rotate(hotel_id=hotel.pk, batch=3, actor=SYSTEM, now=NOW):
        pass
    settings.BINZHI_DATA_KEYS = {2: NEW}
    assert LINK.of(hotel.pk) == {"url": "https://locks.example", "key": "door-key"}


def test_rotate_reaches_the_guardian_of_a_consent(hotel: HotelRef, clerk: Actor, settings: Any) -> None:
    from binzhi.guests.models import ConsentEntry
    from binzhi.guests.privacy import consents

    settings.BINZHI_DATA_KEYS = {1: OLD}
    guest = create_guest(hotel_id=hotel.pk, details=GuestDetails(name="小陈"), actor=clerk, now=NOW)
    said = consents.ConsentInput(purpose="child", answer="given", guardian="陈国梁", guardian_relation="父亲")
    entry = consents.note_consent(hotel_id=hotel.pk, guest_id=guest, consent=said, actor=clerk, now=NOW)
    settings.BINZHI_DATA_KEYS = {1: OLD, 2: NEW}
    assert rotation.rotate(hotel_id=hotel.pk, actor=SYSTEM, now=NOW) == 1
    settings.BINZHI_DATA_KEYS = {2: NEW}
    see_all()
    sealed = ConsentEntry.objects.get(pk=entry).guardian_sealed
    assert crypto.open_sealed(sealed, place=consents.guardian_place(entry)) == "陈国梁"
