"""The night audit's part: everybody who was due and did not come is turned over, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.billing import ledger
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import Entry, record_each
from binzhi.reservations import fees, holding, nights
from binzhi.reservations.enums import Status
from binzhi.reservations.events import ReservationNoShow
from binzhi.reservations.locks import nights_between


@dataclass(frozen=True, slots=True)
class TurnedOver:
    """What the turn came to."""

    rooms: int
    fees: Decimal


# The audit holds the hotel day alone, and every change of a reservation begins by holding it: nobody else is at these
# rows. A booking made meanwhile for a day that is over is turned over by the next audit.
_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT id, reservation_id FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND status = 'reserved' AND arrival <= %(date)s
), held AS (
    UPDATE reservations_reservation r SET version = r.version + 1
    WHERE r.id IN (SELECT reservation_id FROM due) RETURNING r.id, r.version, r.number
)
SELECT rr.id, rr.reservation_id, rr.room_type_id, rr.types_mixed, rr.arrival, rr.departure, rr.guest_id,
       rr.charge_account_id, held.version, held.number, h.currency, {fees.POLICY_COLUMNS},
       (SELECT coalesce(array_agg(n.price ORDER BY n.night), '{{}}') FROM reservations_staynight n
        WHERE n.room_reservation_id = rr.id) AS prices
FROM due
JOIN reservations_roomreservation rr ON rr.id = due.id
JOIN held ON held.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
JOIN reservations_cancellationpolicy c ON {fees.POLICY_OF_ROOM}
ORDER BY rr.id
"""  # noqa: S608  (constants)
_TURN = """
WITH freed AS (
    DELETE FROM reservations_roomnight WHERE room_reservation_id = ANY (%(ids)s)
)
UPDATE reservations_roomreservation
SET status = 'no_show', room_id = NULL, room_fixed = '', ended_on = %(date)s,
    end_reason = '', end_note = '' WHERE id = ANY (%(ids)s)
"""
_NAME_BILLS = """
UPDATE reservations_roomreservation rr SET folio_id = b.folio_id, charge_account_id = b.account_id
FROM unnest(%(ids)s::bigint[], %(folios)s::bigint[], %(accounts)s::bigint[]) AS b (id, folio_id, account_id)
WHERE rr.id = b.id
"""
_FEES = """
SELECT f.account_id, f.amount, 1::smallint AS quantity, f.description, f.source_key
FROM unnest(%(fee_accounts)s::bigint[], %(fee_amounts)s::numeric[], %(fee_texts)s::varchar[], %(fee_keys)s::varchar[])
    AS f (account_id, amount, description, source_key)
"""


def turn_over(*, hotel_id: int, date: date, actor: Actor, now: datetime) -> TurnedOver:
    """Make no-shows of all rooms due in up to `date`: nights given back from the arrival on, fees posted, events told.

    Called inside the night audit's operation, which holds the hotel day. At most eight statements, whatever the number.
    """
    due = db.fetch_all(_DUE, {"hotel": hotel_id, "date": date})
    if not due:
        return TurnedOver(0, ZERO)
    types = holding.types_by_night([row["id"] for row in due if row["types_mixed"]])
    nights.take(
        hotel_id=hotel_id,
        deltas=nights.merged(
            *(
                {
                    (night, types.get(row["id"], {}).get(night, row["room_type_id"])): -1
                    for night in nights_between(row["arrival"], row["departure"])
                }
                for row in due
            )
        ),
    )
    db.execute(_TURN, {"ids": [row["id"] for row in due], "date": date})
    amounts = {
        row["id"]: fees.no_show_fee(fees.policy_of_row(row), prices=row["prices"], currency=row["currency"])
        for row in due
    }
    _charge(hotel_id, [row for row in due if amounts[row["id"]]], amounts, actor, now)
    _record(hotel_id, due, amounts, actor, now)
    return TurnedOver(len(due), sum(amounts.values(), ZERO))


def _charge(
    hotel_id: int, owing: list[dict[str, Any]], amounts: dict[int, Decimal], actor: Actor, now: datetime
) -> None:
    if not owing:
        return
    without = [row for row in owing if row["charge_account_id"] is None]
    if without:
        opened = ledger.open_folios(hotel_id=hotel_id, guest_ids=[row["guest_id"] for row in without], now=now)
        for row, folio in zip(without, opened, strict=True):
            row["charge_account_id"] = folio.account_id
        db.execute(
            _NAME_BILLS,
            {
                "ids": [row["id"] for row in without],
                "folios": [folio.folio_id for folio in opened],
                "accounts": [folio.account_id for folio in opened],
            },
        )
    ledger.charge_each(
        hotel_id=hotel_id, charge_code=fees.NO_SHOW_CODE, source=_FEES, user_id=actor.user_id, now=now,
        params={
            "fee_accounts": [row["charge_account_id"] for row in owing],
            "fee_amounts": [amounts[row["id"]] for row in owing],
            "fee_texts": [row["number"] for row in owing],
            "fee_keys": [fees.key_of(row["id"], row["version"]) for row in owing],
        },
    )  # fmt: skip


def _record(hotel_id: int, due: list[dict[str, Any]], amounts: dict[int, Decimal], actor: Actor, now: datetime) -> None:
    record_each(
        "reservation.no_show", subject="reservation", hotel_id=hotel_id, actor=actor, now=now,
        entries=[
            Entry(
                subject_id=row["reservation_id"],
                event=ReservationNoShow(hotel_id=hotel_id, reservation_id=row["reservation_id"]),
                before={"room": row["id"], "status": Status.RESERVED.value, "arrival": row["arrival"]},
                after={"room": row["id"], "status": Status.NO_SHOW.value, "fee": amounts[row["id"]]},
            )
            for row in due
        ],
    )  # fmt: skip
