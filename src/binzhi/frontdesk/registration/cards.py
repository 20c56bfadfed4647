"""The registration card 住宿登记单: what it says, signed on the screen, kept sealed, printed again as it was signed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import CardChanged, SignatureMissing
from binzhi.frontdesk.events import CardSigned
from binzhi.frontdesk.registration.content import card_content
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.reservations import stays
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus

# A signature is strokes of points on a field of this size: no picture to decode, nothing but numbers.
WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS, FEWEST_POINTS = 200, 6000, 4
LONGEST = 100_000
Strokes = list[list[list[int]]]


def content_place(card_id: int) -> str:
    return f"frontdesk_registrationcard.content:{card_id}"


def signature_place(card_id: int) -> str:
    return f"frontdesk_registrationcard.signature:{card_id}"


def mark_of(content: dict[str, Any]) -> str:
    """By which it is seen that the guest signs what was shown."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def read_strokes(text: str) -> Strokes:
    """Strokes as the page sends them. Raises SignatureMissing, InvalidInput at `signature`."""
    if not text.strip() or len(text) > LONGEST:
        raise SignatureMissing
    try:
        given = orjson.loads(text)
    except ValueError as error:
        raise InvalidInput(field="signature", message=_("This signature cannot be read.")) from error
    if not _are_strokes(given):
        raise InvalidInput(field="signature", message=_("This signature cannot be read."))
    if sum(map(len, given)) < FEWEST_POINTS:
        raise SignatureMissing
    strokes: Strokes = given
    return strokes


def _are_strokes(given: Any) -> bool:
    return (
        isinstance(given, list) and len(given) <= MOST_STROKES
        and all(isinstance(stroke, list) for stroke in given) and sum(map(len, given)) <= MOST_POINTS
        and all(_is_point(point) for stroke in given for point in stroke)
    )  # fmt: skip


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list) and len(point) == 2 and all(type(number) is int for number in point)
        and 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT
    )  # fmt: skip


@operation(Permission.REGISTER)
def sign_card(
    *, hotel_id: int, room_reservation_id: int, signature: str, seen: str, actor: Actor, now: datetime
) -> int:
    """Keep the card of a stay as the guest signed it; its number in the stay, from 1.

    `seen` is the mark of what was shown. Adds a row, content and strokes sealed. Locks the reservation. Raises
    NotFound, WrongStatus, SignatureMissing, InvalidInput, CardChanged. Publishes CardSigned. Not idempotent.
    """
    strokes = read_strokes(signature)
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not stay.is_in_house:
        raise WrongStatus(status=Status(stay.status).label)
    content = card_content(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if mark_of(content) != seen:
        raise CardChanged
    card_id = int(db.fetch_value("SELECT nextval(pg_get_serial_sequence('frontdesk_registrationcard', 'id'))"))
    number: int = db.fetch_value(
        "INSERT INTO frontdesk_registrationcard (id, hotel_id, room_reservation_id, number, content_sealed,"
        " signature_sealed, signed_at, taken_by) SELECT %(id)s, %(hotel)s, %(stay)s, coalesce(max(number), 0) + 1,"
        " %(content)s::bytea, %(signature)s::bytea, %(now)s, %(by)s::bigint FROM frontdesk_registrationcard"
        " WHERE room_reservation_id = %(stay)s RETURNING number",
        {
            "id": card_id, "hotel": hotel_id, "stay": room_reservation_id, "now": now, "by": actor.user_id,
            "content": crypto.seal_bytes(orjson.dumps(content), place=content_place(card_id)),
            "signature": crypto.seal_bytes(orjson.dumps(strokes), place=signature_place(card_id)),
        },
    )  # fmt: skip
    record(
        "registration.card_signed", subject="room_reservation", subject_id=room_reservation_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"card_id": card_id, "number": number, "points": sum(map(len, strokes))},
        event=CardSigned(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=room_reservation_id,
            number=number,
        ),
    )  # fmt: skip
    return number


@dataclass(frozen=True, slots=True)
class SignedCard:
    """A card as it was signed; empty content after erasure."""

    number: int
    signed_at: datetime
    taken_by: str
    content: dict[str, Any]
    strokes: Strokes

    @property
    def paths(self) -> list[str]:
        """The strokes as polylines of a drawing."""
        return [" ".join(f"{x},{y}" for x, y in stroke) for stroke in self.strokes if stroke]


_CARDS = """
SELECT c.id, c.number, c.signed_at, coalesce(nullif(u.name, ''), u.username, '') AS taken_by, c.content_sealed,
    c.signature_sealed
FROM frontdesk_registrationcard c LEFT JOIN people_user u ON u.id = c.taken_by
WHERE c.hotel_id = %(hotel)s AND c.room_reservation_id = %(stay)s
  AND (%(number)s::int IS NULL OR c.number = %(number)s) ORDER BY c.number DESC LIMIT 20
"""


def signed_cards(*, hotel_id: int, room_reservation_id: int, number: int | None = None) -> list[SignedCard]:
    """The cards of a stay, the last signed first. Raises NotFound for a number that is none, KeyMissing."""
    rows = db.fetch_all(_CARDS, {"hotel": hotel_id, "stay": room_reservation_id, "number": number})
    if number is not None and not rows:
        raise NotFound(field="card")
    return [
        SignedCard(
            row["number"], row["signed_at"], row["taken_by"],
            _opened(row["content_sealed"], content_place(row["id"]), {}),
            _opened(row["signature_sealed"], signature_place(row["id"]), []),
        )
        for row in rows
    ]  # fmt: skip


def _opened(sealed: bytes | None, place: str, empty: Any) -> Any:
    return empty if sealed is None else orjson.loads(crypto.open_bytes(sealed, place=place))
