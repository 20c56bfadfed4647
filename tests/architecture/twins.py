"""Two hotels of two groups that look alike: the same numbers of everything, so that a mix-up would show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from binzhi.billing import services as billing
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.frontdesk import services as desk
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests import services as guests
from binzhi.guests.documents import DocumentInput
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.people import services as people
from binzhi.people.models import ApiToken
from binzhi.people.setup import create_departments, create_post, create_staff
from binzhi.reservations import services as reservations
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
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel

PASSWORD = "湖畔 correct horse 1"
# What every twin calls its guest: found in the other hotel's answers it is a leak.
PHONE = "13912348806"
CARD = "11010519491231002X"
# Bookkeeping of the framework and of sign-in, which a refused request may touch.
NOT_BUSINESS = {"django_session", "django_migrations", "kernel_cache", "django_content_type", "people_user"}


@dataclass
class Twin:
    """A hotel and one of everything in it, by the name operations and addresses use for its id."""

    hotel: TestHotel
    name: str
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        return self.hotel.pk

    @property
    def code(self) -> str:
        return self.hotel.ref.code


def make_twin(name: str) -> Twin:
    """Furnish a hotel through the real services: a booking to come, a guest in the house, money, a room out of order."""
    hotel = make_hotel(code=f"twin-{name}", with_billing=True)
    twin = Twin(hotel, name)
    create_departments(hotel_id=hotel.pk)
    _guests(twin)
    _bookings(twin)
    _money(twin)
    _staff(twin)
    twins_folio.furnish(hotel=hotel, ids=twin.ids)
    twins_desk.furnish(hotel=hotel, ids=twin.ids)
    twins_guests.furnish(hotel=hotel, ids=twin.ids)
    twins_vip.furnish(hotel=hotel, name=name, ids=twin.ids)
    twins_promises.furnish(hotel=hotel, ids=twin.ids)
    twins_joining.furnish(hotel=hotel, name=name, ids=twin.ids)
    twins_learning.furnish(hotel=hotel, ids=twin.ids)
    twins_groups.furnish(hotel=hotel, ids=twin.ids)
    twins_privacy.furnish(hotel=hotel, name=name, ids=twin.ids)
    twins_engagement.furnish(hotel=hotel, ids=twin.ids)
    twins_rates.furnish(hotel=hotel, ids=twin.ids)
    twins_closing.furnish(hotel=hotel, ids=twin.ids)
    twins_registration.furnish(hotel=hotel, ids=twin.ids)
    twins_contents.furnish(hotel=hotel, name=name, ids=twin.ids)
    db.enter_scope("*", "*")
    return twin


def _guests(twin: Twin) -> None:
    organisation = guests.NewOrganisation(name=f"澜海{twin.name}集团", code="LAN", credit_limit=Decimal(5000))
    organisation_id = guests.create_organisation(hotel_id=twin.pk, organisation=organisation, actor=SYSTEM, now=NOW)
    details = guests.GuestDetails(
        name=f"陈国梁{twin.name}", phone=PHONE, member_no="BZ1", organisation_id=organisation_id
    )
    guest_id = guests.create_guest(hotel_id=twin.pk, details=details, actor=SYSTEM, now=NOW)
    document_id = guests.add_document(
        hotel_id=twin.pk, guest_id=guest_id, document=DocumentInput("resident_id", CARD), actor=SYSTEM, now=NOW
    )
    other_id = guests.create_guest(
        hotel_id=twin.pk, details=guests.GuestDetails(name=f"周敏{twin.name}"), actor=SYSTEM, now=NOW
    )
    twin.ids |= {
        "guest_id": guest_id,
        "other_guest_id": other_id,
        "organisation_id": organisation_id,
        "document_id": document_id,
    }


def _bookings(twin: Twin) -> None:
    coming = reservations.create_reservation(
        hotel_id=twin.pk, booking=booking(booker_name=f"王{twin.name}", booker_phone=PHONE), actor=SYSTEM, now=NOW
    )
    here = reservations.create_reservation(
        hotel_id=twin.pk,
        booking=booking(booker_name=f"李{twin.name}", room_type="king", adults=1),
        actor=SYSTEM,
        now=NOW,
    )
    room = list(twin.hotel.rooms.values())
    stay = here.room_ids[0]
    king = next(pk for number, pk in twin.hotel.rooms.items() if number.startswith("2"))
    desk.check_in(
        hotel_id=twin.pk, room_reservation_id=stay, room_id=king, actor=SYSTEM, now=NOW,
        registrations=(RegistrationInput(guest_id=twin.ids["guest_id"], document_id=twin.ids["document_id"]),),
    )  # fmt: skip
    desk.set_assignment_weights(hotel_id=twin.pk, weights={"wish": 90}, actor=SYSTEM, now=NOW)
    period = reservations.set_room_out_of_order(
        hotel_id=twin.pk,
        room_id=room[3],
        start=TODAY,
        until=TODAY + timedelta(days=2),
        reason="水管",
        actor=SYSTEM,
        now=NOW,
    )
    twin.ids |= {
        "reservation_id": coming.id, "number": coming.number, "room_reservation_id": coming.room_ids[0],
        "stay": stay, "stay_id": stay, "stay_reservation": here.number, "room_id": room[1], "period_id": period,
        "out_of_order_id": period,
    }  # fmt: skip


def _money(twin: Twin) -> None:
    row = db.fetch_one(
        "SELECT r.folio_id, r.charge_account_id AS account_id, f.number FROM reservations_roomreservation r"
        " JOIN billing_folio f ON f.id = r.folio_id WHERE r.id = %s",
        [twin.ids["stay"]],
    )
    assert row is not None
    money: dict[str, Any] = {"hotel_id": twin.pk, "actor": SYSTEM, "now": NOW}
    charge = billing.post_charge(account_id=row["account_id"], charge_code="2010", amount=Decimal(58), **money)
    payment = billing.take_payment(
        account_id=row["account_id"], payment=PaymentInput(means="cash", amount=Decimal(58)), **money
    )
    window = billing.add_window(folio_id=row["folio_id"], payee="公司", **money)
    billing.take_deposit(folio_id=row["folio_id"], deposit=DepositInput(means="cash", amount=Decimal(500)), **money)
    twin.ids |= {
        "folio_id": row["folio_id"], "account_id": row["account_id"], "folio": row["number"], "source_id": row["account_id"],
        "target_id": window.account_id, "transaction_id": _id(charge), "payment_id": _id(payment),
        "transaction_ids": [_id(charge)],
    }  # fmt: skip


def _id(posted: Any) -> int:
    return int(getattr(posted, "transaction_id", posted))


def _staff(twin: Twin) -> None:
    twin.ids["token_id"] = issue_token(twin, "tokens", ["guests.view_guest"])[1]
    given: dict[str, Any] = {"hotel_id": twin.pk, "actor": SYSTEM, "now": NOW}
    shift = people.ShiftInput(name="早班", starts=time(7), ends=time(15))
    people.set_shift(code="a", shift=shift, **given)
    someone = staff_with(twin, f"rostered-{twin.name}", ["people.own_account"]).staff_id
    create_post(hotel_id=twin.pk, code="deputy", name="副手", permissions=[])
    people.set_deputies(post="deputy", deputies=[f"post-rostered-{twin.name}"], **given)
    put = people.put_on_duty(staff_ids=[someone or 0], days=[TODAY], duty=people.DutyInput(shift="a"), **given)
    away = people.AbsenceInput(kind="leave", starts_at=NOW, ends_at=NOW + timedelta(days=1))
    absence = people.note_absence(staff_id=someone or 0, absence=away, **given)
    twin.ids |= {"staff_id": someone, "staff_ids": [someone], "duty_ids": put, "absence_id": absence}


def staff_with(twin: Twin, username: str, rights: Iterable[str]) -> Actor:
    """Somebody who can sign in and holds exactly these rights."""
    held = sorted({str(right) for right in rights})
    create_post(hotel_id=twin.pk, code=f"post-{username}", name=username, permissions=held)
    staff = create_staff(
        hotel_id=twin.pk, username=username, name=username, password=PASSWORD, post=f"post-{username}", since=TODAY
    )
    return Actor(
        user_id=staff.user_id, staff_id=staff.staff_id, grants={twin.pk: frozenset(held)},
        group_ids=frozenset({twin.hotel.ref.group_id}),
    )  # fmt: skip


def issue_token(twin: Twin, name: str, scopes: Iterable[str]) -> tuple[str, int]:
    """A token with these scopes, and its id."""
    scopes = sorted(scopes)
    actor = staff_with(twin, f"{name}-{twin.name}", [*scopes, "people.manage_tokens"])
    raw = people.issue_token(hotel_id=twin.pk, name=name, scopes=scopes, actor=actor, now=NOW)
    db.enter_scope("*", "*")
    return raw, ApiToken.objects.latest("pk").pk


def fingerprint() -> dict[str, str]:
    """Every table of the house, so that "nothing changed" leaves nothing out."""
    db.forget_scope()
    db.enter_scope("*", "*")
    tables = sorted(set(connection.introspection.table_names()) - NOT_BUSINESS)
    return {
        table: db.fetch_value(f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t")
        for table in tables
    }
