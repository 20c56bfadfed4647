"""A code in use: found without helping whoever guesses, counted with the booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.reservations.errors import PromotionNotForStay, PromotionNotKnown, PromotionUsedUp, TooManyTries

CODE_LIMIT = 20
# So many codes may be tried in vain in so many minutes; the alphabet and length of a made code leave 32^8 to guess.
MOST_WRONG, WINDOW = 10, timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PromotionRef:
    """A code that books today."""

    id: int
    code: str
    name: str
    rate_plan_id: int
    rate_plan: str
    stay_from: date | None
    stay_until: date | None
    most_uses: int | None
    uses: int

    def allows(self, arrival: date, departure: date) -> bool:
        """Whether all nights of a stay lie within its dates."""
        last = max(departure - timedelta(days=1), arrival)
        return (self.stay_from is None or arrival >= self.stay_from) and (
            self.stay_until is None or last <= self.stay_until
        )


class Room(Protocol):
    @property
    def rate_plan(self) -> str: ...
    @property
    def arrival(self) -> date: ...
    @property
    def departure(self) -> date: ...


class Booking(Protocol):
    """NewReservation, as far as a code is concerned."""

    @property
    def promotion_code(self) -> str: ...
    @property
    def rooms(self) -> Sequence[Room]: ...


_FIND = """
SELECT m.id, m.code, m.name, m.rate_plan_id, p.code AS rate_plan, m.stay_from, m.stay_until, m.most_uses, m.uses
FROM reservations_promotion m
JOIN reservations_rateplan p ON p.id = m.rate_plan_id
JOIN property_hotel h ON h.id = m.hotel_id
WHERE m.hotel_id = %s AND m.code = %s AND m.is_active
  AND (m.book_from IS NULL OR h.business_date >= m.book_from)
  AND (m.book_until IS NULL OR h.business_date <= m.book_until)
"""


def normal(code: str) -> str:
    """As codes are kept: capitals without spaces; what cannot be one is empty."""
    text = "".join(code.split()).upper()
    return text if text.isascii() and text.isprintable() and len(text) <= CODE_LIMIT else ""


def find(*, hotel_id: int, code: str) -> PromotionRef:
    """The promotion of a code. Raises PromotionNotKnown, also for one that is not booked today, PromotionUsedUp."""
    text = normal(code)
    row = db.fetch_one(_FIND, [hotel_id, text]) if text else None
    if row is None:
        raise PromotionNotKnown
    found = PromotionRef(**row)
    if found.most_uses is not None and found.uses >= found.most_uses:
        raise PromotionUsedUp
    return found


# Counted before it is looked at, so that guesses sent together are counted too; a right one is taken off again.
_COUNT = """
INSERT INTO reservations_promotiontries AS t (hotel_id, caller, since, wrong, last)
VALUES (%(hotel)s, %(caller)s, %(now)s, 1, %(code)s)
ON CONFLICT (hotel_id, caller) DO UPDATE SET
    wrong = CASE WHEN t.since <= %(since)s THEN 1 WHEN t.last = %(code)s THEN t.wrong ELSE t.wrong + 1 END,
    since = CASE WHEN t.since <= %(since)s THEN %(now)s ELSE t.since END,
    last = %(code)s
RETURNING wrong
"""
_FORGIVE = """
UPDATE reservations_promotiontries SET wrong = greatest(wrong - 1, 0), last = ''
WHERE hotel_id = %s AND caller = %s AND last = %s
"""


def try_code(*, hotel_id: int, code: str, actor: Actor, now: datetime) -> PromotionRef:
    """As `find`, for somebody who types codes: too many in vain and no code is looked at for a while.

    Entry points call it before anything else, outside of a transaction: the count must outlast the refusal. Raises
    TooManyTries, PromotionNotKnown, PromotionUsedUp.
    """
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    caller = f"token:{actor.token_id}" if actor.token_id else f"user:{actor.user_id}"
    text = normal(code) or "?"
    params = {"hotel": hotel_id, "caller": caller, "now": now, "since": now - WINDOW, "code": text}
    if db.fetch_value(_COUNT, params) > MOST_WRONG:
        raise TooManyTries
    try:
        found = find(hotel_id=hotel_id, code=code)
    except PromotionUsedUp:
        db.execute(_FORGIVE, [hotel_id, caller, text])
        raise
    db.execute(_FORGIVE, [hotel_id, caller, text])
    return found


def promotion_of(*, hotel_id: int, booking: Booking) -> PromotionRef | None:
    """The promotion a booking names, if it does. Raises as `find`, PromotionNotForStay, PromotionNotKnown (no room is
    booked at its rate)."""
    if not booking.promotion_code:
        return None
    found = find(hotel_id=hotel_id, code=booking.promotion_code)
    rooms = [room for room in booking.rooms if room.rate_plan == found.rate_plan]
    if not rooms:
        raise PromotionNotKnown
    if not all(found.allows(room.arrival, room.departure) for room in rooms):
        raise PromotionNotForStay
    return found


_USE = """
WITH used AS (
    UPDATE reservations_promotion SET uses = uses + 1
    WHERE id = %(promotion)s AND hotel_id = %(hotel)s AND is_active AND (most_uses IS NULL OR uses < most_uses)
    RETURNING id
)
INSERT INTO reservations_promotionuse (promotion_id, hotel_id, reservation_id)
SELECT used.id, %(hotel)s, %(reservation)s FROM used
"""


def use(*, hotel_id: int, promotion: PromotionRef, reservation_id: int) -> None:
    """Count a use for a reservation, in its transaction. Raises PromotionUsedUp: somebody else had the last one."""
    params = {"promotion": promotion.id, "hotel": hotel_id, "reservation": reservation_id}
    if not db.execute(_USE, params):
        raise PromotionUsedUp
