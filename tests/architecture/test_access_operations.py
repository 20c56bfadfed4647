"""Rights of every operation the house knows: nobody gets further than the check who may not.

The list is the register itself, so a new operation is tested the moment it exists. An operation that takes ids of
things must also have a row in ARGUMENTS, where it is called with the twin hotel's ids.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import binzhi
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests.services import DocumentInput, GuestDetails
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import Forbidden, NotFound
from binzhi.kernel.operations import OPERATIONS, Registered
from binzhi.people.models import ApiToken
from binzhi.people.services import AbsenceInput, DutyInput
from binzhi.reservations.requests import ReservationDetails, RoomChange
from tests.architecture import (
    twins_closing,
    twins_contents,
    twins_desk,
    twins_engagement,
    twins_folio,
    twins_groups,
    twins_guests,
    twins_joining,
    twins_learning,
    twins_privacy,
    twins_promises,
    twins_rates,
    twins_registration,
    twins_vip,
)
from tests.architecture.twins import Twin, fingerprint, make_twin, staff_with
from tests.factories import NOW, TODAY, booking

# Not part of what is served, or needing what a test does not have.
SKIPPED = (".config", ".migrations", ".management", ".demo", ".replay", "__main__")


def load_everything() -> None:
    """Import every module, so that every operation is registered."""
    for module in pkgutil.walk_packages(binzhi.__path__, "binzhi."):
        if not any(part in module.name for part in SKIPPED):
            importlib.import_module(module.name)


def all_rights() -> set[str]:
    found: set[str] = set()
    for context in pkgutil.iter_modules(binzhi.__path__):
        if importlib.util.find_spec(f"binzhi.{context.name}.access") is not None:
            access = importlib.import_module(f"binzhi.{context.name}.access")
            assert issubclass(access.Permission, StrEnum)
            found |= {str(right) for right in access.Permission}
    return found


def known() -> list[Registered]:
    load_everything()
    return sorted((o for o in OPERATIONS.values() if o.name.startswith("binzhi.")), key=lambda o: o.name)


def attempt(operation: Registered, actor: Actor, hotel_id: int) -> int:
    """Call it with nonsense for everything but actor and hotel; the number of statements it sent before it was refused."""
    nonsense = dict.fromkeys(inspect.signature(operation.function).parameters, object())
    with CaptureQueriesContext(connection) as sent:
        operation.function(**{**nonsense, "hotel_id": hotel_id, "actor": actor, "now": NOW})
    return len(sent)


@pytest.mark.django_db
@pytest.mark.parametrize("operation", known(), ids=lambda o: o.name.removeprefix("binzhi."))
def test_operation_is_refused_before_a_single_statement(operation: Registered) -> None:
    others = frozenset(all_rights() - {operation.permission})
    cases: list[tuple[str, Actor, type[Exception]]] = [
        ("stranger", STRANGER, NotFound),
        ("signed in without a post", Actor(user_id=1), NotFound),
        ("colleague with every right but this", Actor(user_id=1, grants={1: others}), Forbidden),
        ("colleague without rights", Actor(user_id=1, grants={1: frozenset()}), Forbidden),
        ("colleague of another hotel", Actor(user_id=1, grants={2: frozenset(all_rights())}), NotFound),
    ]
    for who, actor, refusal in cases:
        with CaptureQueriesContext(connection) as sent, pytest.raises(refusal):
            attempt(operation, actor, 1)
        assert len(sent) == 0, who


def test_every_operation_asks_for_a_right_that_exists_and_that_someone_can_hold() -> None:
    assert {operation.permission for operation in known()} - all_rights() == set()


@pytest.mark.django_db
def test_negative_control_with_the_right_the_operation_begins() -> None:
    """The same call by one who may goes past the check and stumbles over the nonsense: the test above can fail."""
    with pytest.raises(AttributeError):
        attempt(
            OPERATIONS["binzhi.guests.services.create_guest"],
            Actor(user_id=1, grants={1: frozenset({"guests.create_guest"})}),
            1,
        )


# ---------------------------------------------------------------- the twin hotel's ids

TEN = Decimal(10)
CHANGE = RoomChange(
    arrival=TODAY, departure=TODAY + timedelta(days=1), room_type="std", rate_plan="bar", adults=1
)  # fmt: skip
# What else an operation wants, by parameter; sensible enough that only the foreign id can be what is wrong.
PLAIN: dict[str, Any] = {
    "amount": TEN, "quantity": 1, "description": "", "currency": "CNY", "charge_code": "2010", "reason": "guest", "note": "",
    "deposit": DepositInput(means="cash", amount=TEN), "payment": PaymentInput(means="cash", amount=TEN, in_advance=True), "payee": "",
    "registrations": (), "registration": RegistrationInput(name="王"), "departure": TODAY + timedelta(days=1), "prices": None,
    "expected_version": 1, "details": ReservationDetails(booker_name="王"), "change": CHANGE, "housekeeping": "dirty",
    "do_not_disturb": True, "what": "phone", "document": DocumentInput("passport", "L898902C3", "USA"), "start": TODAY,
    "until": TODAY + timedelta(days=1), "rooms": {}, "arrival": TODAY, "payments": (), "waive_fee": False, "room_ids": None,
    "coming_later": 0, "change_type": False, "exceed_limit": False, "accept_as_it_is": False, "waive_day_use": "", "waive_overtime": "",
    "days": [TODAY + timedelta(days=1)], "duty": DutyInput(shift="a"), "replace": False,
    "absence": AbsenceInput(kind="leave", starts_at=NOW, ends_at=NOW + timedelta(days=1)),
}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {
    "binzhi.guests.services.update_guest": {"details": GuestDetails(name="王")},
    "binzhi.frontdesk.services.leaving.check_out": {"deposit": None},
    "binzhi.frontdesk.services.arriving.walk_in": {"booking": booking(walk_in=True)},
    "binzhi.frontdesk.services.arriving.check_in": {"deposit": None},
    "binzhi.frontdesk.calendar.placing.split_stay": {"night": TODAY + timedelta(days=1), "price": None},
    "binzhi.frontdesk.continuing.services.continue_stay": {"deposit": None},
    **twins_privacy.OWN,
    **twins_vip.OWN,
    **twins_guests.OWN,
    **twins_promises.OWN,
    **twins_joining.OWN,
    **twins_learning.OWN,
    **twins_engagement.OWN,
    **twins_rates.OWN,
    **twins_contents.OWN,
    **twins_registration.OWN,
    **twins_folio.OWN,
    **twins_desk.OWN,
    **twins_groups.OWN,
    **twins_closing.OWN,
}
# Ids that are not called after the thing they name.
ID_OF: dict[tuple[str, str], str] = {
    ("binzhi.frontdesk.services.leaving.check_out", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.leaving.undo_check_out", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.arriving.undo_check_in", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.arriving.register_guest", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.staying.extend_stay", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.staying.shorten_stay", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.staying.undo_shorten_stay", "room_reservation_id"): "stay",
    ("binzhi.frontdesk.services.staying.move_room", "room_reservation_id"): "stay",
    **twins_privacy.ID_OF,
    **twins_vip.ID_OF,
    **twins_engagement.ID_OF,
    **twins_registration.ID_OF,
    **twins_folio.ID_OF,
    **twins_desk.ID_OF,
    **twins_groups.ID_OF,
}


def ids_of(operation: Registered) -> list[str]:
    """Parameters that name a thing by its id."""
    names = inspect.signature(operation.function).parameters
    # A run's subject is a number that only the context above knows the meaning of.
    plain = ("hotel_id", "room_ids", "subject_id")
    return [name for name in names if name.endswith(("_id", "_ids")) and name not in plain]


WITH_IDS = [operation for operation in known() if ids_of(operation)]


def arguments(operation: Registered, own: Twin, foreign: Twin, foreign_id: str) -> dict[str, Any]:
    """Everything of one's own hotel but the one id."""
    given: dict[str, Any] = {}
    for name in inspect.signature(operation.function).parameters:
        if name in ("hotel_id", "actor", "now"):
            continue
        if name in ids_of(operation):
            key = ID_OF.get((operation.name, name), name)
            given[name] = (foreign if name == foreign_id else own).ids[key]
        else:
            special = OWN.get(operation.name, {})
            assert name in special or name in PLAIN, f"say in PLAIN what {operation.name} gets as {name}"
            given[name] = special.get(name, PLAIN.get(name))
    return given


@pytest.fixture
def twins(db: None) -> tuple[Twin, Twin]:
    return make_twin("a"), make_twin("b")


def boss_of(twin: Twin) -> Actor:
    """Holds every right in one hotel, and a token of his own there."""
    boss = staff_with(twin, f"boss-{twin.name}", all_rights())
    issue_token = OPERATIONS["binzhi.people.services.account.issue_token"].function
    issue_token(hotel_id=twin.pk, name="own", scopes=["guests.view_guest"], actor=boss, now=NOW)
    twin.ids["token_id"] = ApiToken.objects.latest("pk").pk
    return boss


@pytest.mark.django_db
def test_operation_with_an_id_of_the_twin_hotel_is_refused_like_one_that_does_not_exist(
    twins: tuple[Twin, Twin],
) -> None:
    """Every operation, each of its ids in turn from the other hotel, then as a number nobody has: the same refusal."""
    own, foreign = twins
    boss = boss_of(own)
    nobody = Twin(foreign.hotel, "nobody", {key: _missing(value) for key, value in foreign.ids.items()})
    before = fingerprint()
    wrong: list[str] = []
    for operation in WITH_IDS:
        for name in ids_of(operation):
            said = [
                outcome_of(
                    operation.function, hotel_id=own.pk, actor=boss, now=NOW, **arguments(operation, own, other, name)
                )
                for other in (foreign, nobody)
            ]
            if said[0] != said[1] or said[0] not in ("NotFound", "NotAPayment", "NotTransferable"):
                wrong.append(f"{operation.name}({name} of the twin): {said[0]}, of nobody: {said[1]}")
    assert wrong == []
    assert fingerprint() == before


def _missing(value: Any) -> Any:
    if isinstance(value, list):
        return [_missing(one) for one in value]
    return 2**40 if isinstance(value, int) else value


@pytest.mark.django_db
def test_operation_with_a_nested_id_of_the_twin_hotel_is_refused(twins: tuple[Twin, Twin]) -> None:
    """Ids inside what is typed: guest, organisation and document of a booking, a registration, a payment, a file."""
    own, foreign = twins
    boss = boss_of(own)
    theirs, mine = foreign.ids, own.ids
    nested: list[tuple[str, dict[str, Any]]] = [
        ("reservations.services.create.create_reservation", {"booking": booking(guest_id=theirs["guest_id"])}),
        ("reservations.services.create.create_reservation", {"booking": booking(organisation_id=theirs["organisation_id"])}),
        ("frontdesk.services.arriving.walk_in", {
            "booking": booking(walk_in=True), "room_id": mine["room_id"],
            "registrations": (RegistrationInput(guest_id=theirs["guest_id"]),),
        }),
        ("frontdesk.services.arriving.check_in", {
            "room_reservation_id": mine["room_reservation_id"], "room_id": mine["room_id"],
            "registrations": (RegistrationInput(guest_id=theirs["guest_id"]),),
        }),
        ("frontdesk.services.arriving.register_guest", {
            "room_reservation_id": mine["stay"],
            "registration": RegistrationInput(guest_id=mine["other_guest_id"], document_id=theirs["document_id"]),
        }),
        ("reservations.services.details.update_details", {
            "reservation_id": mine["reservation_id"], "expected_version": 1,
            "details": ReservationDetails(booker_name="王", guest_id=theirs["guest_id"]),
        }),
        ("billing.services.take_payment", {
            "account_id": mine["account_id"],
            "payment": PaymentInput(means="company", amount=TEN, organisation_id=theirs["organisation_id"]),
        }),
        ("guests.services.create_guest", {"details": GuestDetails(name="王", organisation_id=theirs["organisation_id"])}),
        ("guests.services.update_guest", {
            "guest_id": mine["guest_id"], "expected_version": 1,
            "details": GuestDetails(name="王", organisation_id=theirs["organisation_id"]),
        }),
        ("guests.services.reveal", {"guest_id": mine["guest_id"], "what": f"document:{theirs['document_id']}", "reason": "x"}),
    ]  # fmt: skip
    before = fingerprint()
    done = []
    for name, given in nested:
        outcome = outcome_of(OPERATIONS[f"binzhi.{name}"].function, hotel_id=own.pk, actor=boss, now=NOW, **given)
        if outcome not in ("NotFound", "InvalidInput", "CompanyRequired", "GuestRequired", "DocumentRequired"):
            done.append(f"{name}: {outcome}")
    assert done == []
    assert fingerprint() == before


def outcome_of(call: Callable[..., Any], **given: Any) -> str:
    try:
        call(**given)
    except Exception as refusal:
        return type(refusal).__name__
    return "done"


@pytest.mark.django_db
def test_negative_control_the_same_calls_with_own_ids_are_found(twins: tuple[Twin, Twin]) -> None:
    """Otherwise NotFound above would prove nothing: with one's own ids no operation says so."""
    from django.db import transaction

    own, foreign = twins
    boss = boss_of(own)
    lost: list[str] = []
    for operation in WITH_IDS:
        given = arguments(operation, own, foreign, "")
        with transaction.atomic():
            outcome = outcome_of(operation.function, hotel_id=own.pk, actor=boss, now=NOW, **given)
            transaction.set_rollback(True)
        if outcome in ("NotFound", "TypeError", "AttributeError", "KeyError"):
            lost.append(f"{operation.name}: {outcome}")
    assert lost == []
