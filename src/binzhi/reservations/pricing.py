"""Prices and restrictions of a stay: what a plan asks for a type, and why it may not be booked.

The offers of a search and the price of a booking come from the same expressions here, so they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel.errors import DomainError
from binzhi.reservations import errors, offer_errors

# The price of rate row `r` for the guests `w` in type `t` under plan `p`. A derived plan takes its parent's price.
# Extra beds and children whose age has a price (`p.extra`: what they cost, how many they are) come on top of either.
_PLAIN = """(
    CASE WHEN w.adults <= 1 AND r.single_price IS NOT NULL THEN r.single_price
         ELSE r.price + greatest(w.adults - t.included_adults, 0) * r.extra_adult END
    + (w.children - p.extra[2]) * r.extra_child)"""
PRICE = f"""(CASE WHEN p.parent_id IS NULL THEN {_PLAIN}
     ELSE greatest(round(({_PLAIN} * (1 + p.percent / 100) + p.amount) / p.round_to) * p.round_to, 0)
     END + p.extra[1])::numeric(12,2)"""
# The columns of a plan `p`, with what an agreement `a` says instead and what is asked on top for the guests `w`. Most
# bring neither children whose age is told nor want extra beds: nobody is asked about them.
TERMS_OF_PLAN = """coalesce(a.percent, p.percent) AS percent, coalesce(a.amount, p.amount) AS amount, p.round_to,
    CASE WHEN w.beds > 0 OR cardinality(w.ages) > 0 THEN reservations_extras(p.id, p.parent_id, w.ages, w.beds)
         ELSE ARRAY[0, 0]::numeric[] END AS extra"""
# Whether the guest %(guest)s may have a plan `p` for members.
IS_MEMBER = """(p.kind <> 'member' OR EXISTS (
    SELECT FROM guests_guest g WHERE g.id = %(guest)s::bigint AND (g.member_no <> '' OR g.member_tier <> '')
    AND (p.member_tiers = '{}' OR g.member_tier = ANY (p.member_tiers))))"""

# Below what a plan `p` for some people only (the kinds after `base` and `derived`) may not be sold in type `t`; others
# are held to theirs when painted. Kept short, see `one_line`.
FLOOR = "CASE WHEN p.kind > 'e' THEN reservations_floor(p.id,t.id) END AS floor"

# Aggregates over the rate rows `r` of a plan (its own and its parent's), for the stay `w`; `w.last` is the last night
# that has a price.
RESTRICTIONS = f"""
    array_agg({PRICE} ORDER BY r.night) FILTER (
        WHERE r.rate_plan_id = coalesce(p.parent_id, p.id) AND r.night <= w.last AND r.price IS NOT NULL) AS prices,
    min(p.extra[1]) AS extra, bool_or(r.closed) FILTER (WHERE r.night <= w.last) AS plan_closed,
    bool_or(r.closed_to_arrival) FILTER (WHERE r.night = w.arrival) AS no_arrival,
    bool_or(r.closed_to_departure) FILTER (WHERE r.night = w.departure) AS no_departure,
    max(r.min_nights) FILTER (WHERE r.night = w.arrival) AS night_min,
    min(r.max_nights) FILTER (WHERE r.night = w.arrival) AS night_max
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """A stay asked for, as prices and restrictions see it."""

    arrival: date
    departure: date
    adults: int
    children: int
    today: date

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def priced_nights(self) -> int:
        """A day use is priced once."""
        return max(self.nights, 1)


def occupancy_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    """Whether the type holds the guests; infants need no bed and are not counted."""
    if terms.adults > row["max_adults"] or terms.adults + terms.children > row["max_guests"]:
        return errors.TooManyGuests(adults=row["max_adults"], guests=row["max_guests"])
    return None


def restriction_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    """The first restriction of the plan that the stay breaks, or None."""
    if row["plan_closed"]:
        return errors.PlanClosed()
    if row["no_arrival"]:
        return errors.ClosedToArrival(arrival=terms.arrival)
    if row["no_departure"]:
        return errors.ClosedToDeparture(departure=terms.departure)
    return _length_error(row, terms) or _advance_error(row, terms) or _validity_error(row, terms)


def _length_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    least = _bound(max, row["min_nights"], row["night_min"])
    if least is not None and terms.nights < least:
        return errors.StayTooShort(nights=least)
    most = _bound(min, row["max_nights"], row["night_max"])
    if most is not None and terms.nights > most:
        return errors.StayTooLong(nights=most)
    return None


def _bound(choose: Callable[[int, int], int], of_plan: int | None, of_night: int | None) -> int | None:
    if of_plan is None or of_night is None:
        return of_plan if of_night is None else of_night
    return choose(of_plan, of_night)


def _advance_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    ahead = (terms.arrival - terms.today).days
    if row["min_advance"] is not None and ahead < row["min_advance"]:
        return errors.BookedTooLate(days=row["min_advance"])
    if row["max_advance"] is not None and ahead > row["max_advance"]:
        return errors.BookedTooEarly(days=row["max_advance"])
    return None


def _validity_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    last = terms.arrival.toordinal() + terms.priced_nights - 1
    starts, ends = row["valid_from"], row["valid_until"]
    if (starts is not None and terms.arrival < starts) or (ends is not None and last > ends.toordinal()):
        return errors.PlanNotValid()
    return None


def prices_of(row: Mapping[str, Any], terms: Terms) -> list[Decimal] | None:
    """The price of every night in order, or None when a night has none (nor, beds asked for, where there are none)."""
    prices: list[Decimal] = row["prices"] or []
    return prices if len(prices) == terms.priced_nights and None not in prices else None


def price_error(row: Mapping[str, Any], terms: Terms) -> DomainError | None:
    """Why there is no price: the nights have none, or the rate has no extra beds."""
    if prices_of(row, terms) is not None:
        return None
    return offer_errors.NoExtraBed() if row["prices"] and row["extra"] is None else errors.NoPrice()


def floor_error(row: Mapping[str, Any], terms: Terms) -> errors.FloorBroken | None:
    """The first night whose price, without what is asked on top, stands below the floor of an entitled plan."""
    prices = prices_of(row, terms) if row["floor"] is not None else None
    for offset, price in enumerate(prices or ()):
        bare = price - (row["extra"] or 0)
        if bare < row["floor"]:
            night = terms.arrival + timedelta(days=offset)
            return errors.FloorBroken(field="rate_plan", night=night, price=bare, floor=row["floor"])
    return None


_BREAK = re.compile(r"\s*\n\s*")


def one_line(sql: str) -> str:
    """The same without line breaks and indents: the driver parses what is longer than 4,096 characters every time."""
    return _BREAK.sub(" ", sql).strip()
