"""Guests who share a room: a window each and by rule so much of every room charge; the main guest pays the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from binzhi.billing import ledger
from binzhi.billing.routing import rules
from binzhi.billing.routing.rules import RuleInput, clean_percent
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    BalanceOpen,
    GuestsNotRegistered,
    MainGuestStays,
    MoreThanAll,
    RoomPaidElsewhere,
)
from binzhi.frontdesk.events import SharerLeft, SharesSet
from binzhi.frontdesk.held import HeldStay, hold_stay
from binzhi.frontdesk.police import queueing as police
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.reservations.enums import Status

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So much of the room for one who is registered in it."""

    registration_id: int
    percent: Decimal


_PEOPLE = """
SELECT r.id, r.is_main, coalesce(g.name, '') AS name,
       (SELECT s.account_id FROM frontdesk_sharer s JOIN billing_account a ON a.id = s.account_id AND a.is_open
        WHERE s.registration_id = r.id ORDER BY s.id DESC LIMIT 1) AS account_id
FROM frontdesk_registration r LEFT JOIN guests_guest g ON g.id = r.guest_id
WHERE r.room_reservation_id = %s AND r.left_at IS NULL
"""
_OPEN = """
SELECT id, registration_id, rule_id, account_id FROM frontdesk_sharer
WHERE room_reservation_id = %s AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""
_END = "UPDATE frontdesk_sharer SET ended_at = %s WHERE id = ANY(%s)"
_INSERT = """
INSERT INTO frontdesk_sharer (hotel_id, room_reservation_id, registration_id, account_id, rule_id, percent, since)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def _in_house(hotel_id: int, room_reservation_id: int) -> HeldStay:
    ledger.hold_day(hotel_id=hotel_id)
    stay = hold_stay(hotel_id=hotel_id, stay_id=room_reservation_id)
    stay.require(Status.IN_HOUSE)
    own = db.fetch_value("SELECT folio_id FROM billing_account WHERE id = %s", [stay.charge_account_id])
    if own != stay.folio_id:
        raise RoomPaidElsewhere
    return stay


@operation(Permission.CHANGE_STAY)
def share_room(
    *, hotel_id: int, room_reservation_id: int, shares: Sequence[Share], actor: Actor, now: datetime
) -> None:
    """Say how much of the room each of its guests pays from now on; the main guest pays what is left.

    Ends the shares there were, begins a routing rule and, where he has none, a window for each. What was charged before
    stays. Locks hotel day, stay, bill. Raises InvalidInput at shares.<n>, NotFound, WrongStatus, MoreThanAll,
    MainGuestStays, RoomPaidElsewhere, TooManyWindows. Publishes SharesSet. Idempotent.
    """
    shares = [
        Share(registration_id=share.registration_id, percent=clean_percent(share.percent, field=f"shares.{place}"))
        for place, share in enumerate(shares)
    ]
    if sum((share.percent for share in shares), Decimal(0)) > WHOLE:
        raise MoreThanAll
    stay = _in_house(hotel_id, room_reservation_id)
    assert stay.folio_id is not None
    people = {row["id"]: row for row in db.fetch_all(_PEOPLE, [stay.id])}
    for place, share in enumerate(shares):
        person = people.get(share.registration_id)
        if person is None or len({one.registration_id for one in shares}) != len(shares):
            raise GuestsNotRegistered(field=f"shares.{place}")
        if person["is_main"]:
            raise MainGuestStays(field=f"shares.{place}")
    ledger.lock_folio(hotel_id=hotel_id, folio_id=stay.folio_id)
    _end(stay, db.fetch_all(_OPEN, [stay.id]), actor, now)
    for share in shares:
        _begin(stay, share, people[share.registration_id], actor, now)
    record(
        SharesSet.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"shares": {str(share.registration_id): share.percent for share in shares}},
        event=SharesSet(hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id),
    )  # fmt: skip


def _begin(stay: HeldStay, share: Share, person: dict[str, Any], actor: Actor, now: datetime) -> None:
    assert stay.folio_id is not None
    assert stay.charge_account_id is not None
    rule = RuleInput(
        groups=["room"], percent=share.percent, target_id=person["account_id"], payee=person["name"] or "—"
    )  # fmt: skip
    rule_id, account_id = rules.add(
        hotel_id=stay.hotel_id, folio_id=stay.folio_id, account_id=stay.charge_account_id, rule=rule,
        currency=stay.currency, user_id=actor.user_id, now=now,
    )  # fmt: skip
    db.execute(_INSERT, [stay.hotel_id, stay.id, share.registration_id, account_id, rule_id, share.percent, now])


def _end(stay: HeldStay, rows: Sequence[dict[str, Any]], actor: Actor, now: datetime) -> None:
    # A rule may have been ended on the bill itself.
    db.execute(
        "UPDATE billing_routingrule SET ended_at = %s, ended_by = %s WHERE id = ANY(%s) AND ended_at IS NULL",
        [now, actor.user_id, [row["rule_id"] for row in rows]],
    )
    db.execute(_END, [now, [row["id"] for row in rows]])


@operation(Permission.CHANGE_STAY)
def sharer_leaves(
    *, hotel_id: int, room_reservation_id: int, registration_id: int, actor: Actor, now: datetime
) -> None:
    """One of several guests leaves; the room goes on with the others, who pay it from now on.

    Ends his share and his registration. Locks hotel day, stay, bill. Raises NotFound, WrongStatus,
    MainGuestStays, BalanceOpen (his window owes or is owed), RoomPaidElsewhere. Publishes SharerLeft. A second call is
    refused.
    """
    stay = _in_house(hotel_id, room_reservation_id)
    assert stay.folio_id is not None
    people = {row["id"]: row for row in db.fetch_all(_PEOPLE, [stay.id])}
    person = people.get(registration_id)
    if person is None:
        raise NotFound
    if person["is_main"] or len(people) == 1:
        raise MainGuestStays
    windows = {account.pk: account for account in ledger.lock_folio(hotel_id=hotel_id, folio_id=stay.folio_id)}
    if person["account_id"] in windows and windows[person["account_id"]].balance:
        raise BalanceOpen(balance=windows[person["account_id"]].balance)
    mine = [row for row in db.fetch_all(_OPEN, [stay.id]) if row["registration_id"] == registration_id]
    _end(stay, mine, actor, now)
    db.execute("UPDATE frontdesk_registration SET left_at = %s WHERE id = %s", [now, registration_id])
    assert stay.room_id is not None  # in house has a room
    police.note_departures(room_reservation_id=stay.id, room_id=stay.room_id, now=now)
    record(
        SharerLeft.topic, subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor, now=now,
        after={"registration": registration_id},
        event=SharerLeft(hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id),
    )  # fmt: skip
