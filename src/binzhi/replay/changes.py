"""The changes of a booking: the file says how many there were, not which.

Each change is a real one through the real service; the last leads to what the row says. Walked back from the
row, they turn by turn alter the party and the length: one person fewer or more, one night longer. A longer stay is cut
back, so every night that remains keeps the price of the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from binzhi.replay.rows import CANCELLED, Booking


@dataclass(frozen=True, slots=True)
class Party:
    """What a booking says between two of its changes."""

    nights: int
    adults: int


def stages(booking: Booking) -> list[Party]:
    """The booking as it was made, after its first change, and so on; the last is the row's."""
    states = [Party(booking.nights, booking.adults)]
    for step in range(booking.changes):
        last = states[-1]
        # A day use has no night that could be cut back.
        if step % 2 == 0 or booking.nights == 0:
            states.append(Party(last.nights, _other_party(booking, last.adults)))
        else:
            longer = booking.nights + 1 if last.nights == booking.nights else booking.nights
            states.append(Party(longer, last.adults))
    return states[::-1]


def _other_party(booking: Booking, adults: int) -> int:
    if adults != booking.adults:
        return booking.adults
    return booking.adults - 1 if booking.adults > 1 else booking.adults + 1


def change_days(booking: Booking) -> list[date]:
    """The days of the changes, spread evenly from the booking to the arrival or cancellation."""
    end = booking.ended_on if booking.status == CANCELLED else booking.arrival
    span = (end - booking.booked_on).days
    return [
        booking.booked_on + timedelta(days=span * turn // (booking.changes + 1))
        for turn in range(1, booking.changes + 1)
    ]
