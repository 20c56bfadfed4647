"""From the house's own views to what the API shows."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Any

import orjson

from binzhi.billing.queries import FolioView
from binzhi.frontdesk.actions import desk_actions
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import HotelRef
from binzhi.reservations.queries import ReservationView, allowed_actions, allowed_on_reservation


def encode_cursor(*key: Any) -> str:
    """An opaque cursor: where the page ended."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode()


def decode_cursor(cursor: str) -> list[Any] | None:
    """What a cursor holds, or None for the first page. Raises InvalidInput at `cursor`."""
    if not cursor:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise InvalidInput(field="cursor") from error
    if not isinstance(key, list):
        raise InvalidInput(field="cursor")
    return key


def offset_of(cursor: str) -> int:
    """The offset a list's cursor stands for."""
    key = decode_cursor(cursor)
    if key is None:
        return 0
    if len(key) != 1 or not isinstance(key[0], int) or not 0 <= key[0] <= 1_000_000:
        raise InvalidInput(field="cursor")
    return key[0]


def folio_out(view: FolioView) -> dict[str, Any]:
    """A bill with its windows and postings."""
    return {
        "number": view.number,
        "currency": view.currency,
        "balance": f"{view.balance:.2f}",
        "deposit": f"{view.deposit:.2f}",
        "closed": not view.is_open,
        "windows": [
            {"window": window.number, "name": window.payee, "balance": f"{window.balance:.2f}"}
            for window in view.windows
        ],
        "lines": [
            {
                "id": line.transaction_id,
                "business_date": line.business_date,
                "kind": line.kind,
                "code": line.code or line.means,
                "description": line.description,
                "window": window.number,
                "amount": f"{line.amount:.2f}",
                "reversed": line.reversed_by is not None,
            }
            for window in view.windows
            for line in window.lines
        ],
    }


def arrival_cursor(cursor: str) -> tuple[date, int] | None:
    """(arrival, room id) of the last row seen."""
    key = decode_cursor(cursor)
    if key is None:
        return None
    try:
        arrival, room_id = date.fromisoformat(key[0]), int(key[1])
    except (IndexError, TypeError, ValueError) as error:
        raise InvalidInput(field="cursor") from error
    if not 0 <= room_id < 2**63:
        raise InvalidInput(field="cursor")
    return arrival, room_id


def reservation_out(view: ReservationView, hotel: HotelRef, actor: Actor) -> dict[str, Any]:
    """A reservation with its rooms and what this caller may do with them now."""
    return {
        "number": view.number,
        "status": view.status,
        "version": view.version,
        "booker_name": view.booker_name,
        "booker_phone": view.booker_phone,
        "guest_id": view.guest_id,
        "organisation_id": view.organisation_id,
        "market": view.market,
        "source": view.source,
        "channel": view.channel,
        "channel_number": view.channel_number,
        "guarantee": view.guarantee,
        "special_requests": list(view.special_requests),
        "remarks": view.remarks,
        "expected_at": view.expected_at.strftime("%H:%M") if view.expected_at else None,
        "confirmed_at": view.confirmed_at,
        "created_at": view.created_at,
        "currency": hotel.currency,
        "total": f"{view.total:.2f}",
        "allowed_actions": allowed_on_reservation(view=view, actor=actor),
        "rooms": [
            {
                "id": room.id,
                "status": room.status,
                "room_type": room.room_type,
                "rate_plan": room.rate_plan,
                "arrival": room.arrival,
                "departure": room.departure,
                "adults": room.adults,
                "children": room.children,
                "infants": room.infants,
                "child_ages": list(room.child_ages),
                "extra_beds": room.extra_beds,
                "room": room.room,
                "folio": room.folio,
                "nights": [{"date": night, "price": f"{price:.2f}"} for night, price in room.nightly],
                "total": f"{room.total:.2f}",
                "allowed_actions": allowed_actions(room=room, hotel_id=hotel.pk, actor=actor)
                + desk_actions(room=room, hotel_id=hotel.pk, actor=actor),
            }
            for room in view.rooms
        ],
    }
