"""Confirming a reservation and changing what carries neither dates nor prices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict
from binzhi.kernel.operations import operation, record
from binzhi.reservations import booker, facts
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import AlreadyConfirmed, ChannelOrderTaken, WrongStatus
from binzhi.reservations.events import ReservationChanged, ReservationConfirmed
from binzhi.reservations.locks import lock_reservation
from binzhi.reservations.requests import ReservationDetails


@operation(Permission.CHANGE)
def confirm_reservation(*, hotel_id: int, reservation_id: int, actor: Actor, now: datetime) -> int:
    """Note that the reservation was confirmed to the guest; the new version.

    Locks the reservation. Raises NotFound, AlreadyConfirmed, WrongStatus when nothing is expected any more. Publishes
    ReservationConfirmed. Not idempotent (the second refuses).
    """
    rooms = lock_reservation(hotel_id=hotel_id, reservation_id=reservation_id)
    if not any(room.is_reserved or room.is_in_house for room in rooms):
        raise WrongStatus(status=Status(rooms[0].status).label)
    noted = db.execute(
        "UPDATE reservations_reservation SET confirmed_at = %s WHERE id = %s AND confirmed_at IS NULL",
        [now, reservation_id],
    )
    if not noted:
        raise AlreadyConfirmed
    record(
        "reservation.confirmed", subject="reservation", subject_id=reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"confirmed_at": now},
        event=ReservationConfirmed(hotel_id=hotel_id, reservation_id=reservation_id),
    )  # fmt: skip
    return rooms[0].version


# What the audit trail keeps: codes and ids. Names, phones and remarks are told as changed, not what to.
_CURRENT = """
SELECT booker_name, booker_phone_masked, guest_id, organisation_id, market, source, channel, channel_number, guarantee,
       special_requests, remarks, expected_at
FROM reservations_reservation WHERE id = %s
"""
_PRIVATE = ("booker_name", "booker_phone_masked", "remarks", "channel_number")
_UPDATE = """
UPDATE reservations_reservation SET
    booker_name = %(booker_name)s, guest_id = %(guest_id)s::bigint, organisation_id = %(organisation_id)s::bigint,
    market = %(market)s, source = %(source)s, channel = %(channel)s, channel_number = %(channel_number)s::varchar,
    guarantee = %(guarantee)s, special_requests = %(special_requests)s::varchar[], remarks = %(remarks)s,
    expected_at = %(expected_at)s::time,
    booker_phone_sealed = CASE WHEN %(phone)s THEN %(sealed)s::bytea ELSE booker_phone_sealed END,
    booker_phone_masked = CASE WHEN %(phone)s THEN %(masked)s ELSE booker_phone_masked END
WHERE id = %(id)s
"""


@operation(Permission.CHANGE)
def update_details(
    *,
    hotel_id: int,
    reservation_id: int,
    details: ReservationDetails,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Write booker, codes, guarantee, requests, remarks and expected time; the new version.

    A phone of None stays as it is. Locks the reservation. Raises NotFound, InvalidInput at the field,
    ChannelOrderTaken, EditConflict with the saved values when another clerk was first. Publishes ReservationChanged.
    """
    clean = booker.cleaned(details)
    phone = booker.normal_phone(clean.booker_phone) if clean.booker_phone is not None else None
    try:
        rooms = lock_reservation(hotel_id=hotel_id, reservation_id=reservation_id, expected_version=expected_version)
    except EditConflict as conflict:
        conflict.current |= _current(reservation_id)
        raise
    before = _current(reservation_id)
    facts.check_names(
        hotel_id=hotel_id, codes=_new_codes(clean, before),
        guest_ids=[clean.guest_id] if clean.guest_id is not None else [], organisation_id=clean.organisation_id,
    )  # fmt: skip
    _write(reservation_id, clean, phone)
    changed = _told(_current(reservation_id), before)
    record(
        "reservation.changed", subject="reservation", subject_id=reservation_id, hotel_id=hotel_id, actor=actor,
        now=now, before={name: before[name] for name in changed if name not in _PRIVATE}, after=changed,
        event=ReservationChanged(hotel_id=hotel_id, reservation_id=reservation_id),
    )  # fmt: skip
    return rooms[0].version


def _current(reservation_id: int) -> dict[str, Any]:
    return db.fetch_one(_CURRENT, [reservation_id]) or {}


def _new_codes(details: ReservationDetails, before: dict[str, Any]) -> list[tuple[str, str, str]]:
    """A code that has been retired since it was written may stay."""
    kept = {before["market"], before["source"], before["channel"], *before["special_requests"]}
    return [entry for entry in booker.codes_of(details) if entry[1] not in kept]


def _told(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return {name: "changed" if name in _PRIVATE else value for name, value in after.items() if value != before[name]}


def _write(reservation_id: int, details: ReservationDetails, phone: str | None) -> None:
    stored = booker.seal_phone(phone or "", reservation_id=reservation_id)
    params = {
        "id": reservation_id, "booker_name": details.booker_name, "guest_id": details.guest_id,
        "organisation_id": details.organisation_id, "market": details.market, "source": details.source,
        "channel": details.channel, "channel_number": details.channel_number, "guarantee": details.guarantee,
        "special_requests": list(details.special_requests), "remarks": details.remarks,
        "expected_at": details.expected_at, "phone": phone is not None, "sealed": stored.sealed,
        "masked": stored.masked,
    }  # fmt: skip
    try:
        db.execute(_UPDATE, params)
    except IntegrityError as error:
        if db.constraint_of(error) == "channel_order_once":
            raise ChannelOrderTaken from error
        raise
