"""What dates and guest counts can be asked for at all, before anything is read or locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.money import quantum

MAX_PEOPLE = 99
MAX_ROOMS = 50
OLDEST_CHILD = 17
MOST_BEDS = 3
LARGEST_PRICE = Decimal("9999999.99")


def check_dates(
    *, arrival: date, departure: date, today: date, longest_stay: int, booking_horizon: int, prefix: str = ""
) -> None:
    """Raise InvalidInput at `arrival` or `departure`. Equal dates are a day use."""
    if arrival < today:
        raise InvalidInput(
            field=prefix + "arrival",
            message=_("The arrival date has passed: the hotel day is %(today)s."),
            today=today,
        )
    if departure < arrival:
        raise InvalidInput(field=prefix + "departure", message=_("The departure date is before the arrival date."))
    if (departure - arrival).days > longest_stay:
        raise InvalidInput(
            field=prefix + "departure", message=_("A stay has at most %(nights)s nights."), nights=longest_stay
        )
    horizon = today + timedelta(days=booking_horizon)
    if arrival > horizon or departure > horizon + timedelta(days=1):
        raise InvalidInput(
            field=prefix + ("arrival" if arrival > horizon else "departure"),
            message=_("Bookings are taken up to %(horizon)s."),
            horizon=horizon,
        )


def check_guests(*, adults: int, children: int, infants: int = 0, prefix: str = "") -> None:
    """Raise InvalidInput at the count that cannot be; how many the room holds is the type's matter."""
    for field, count in (("adults", adults), ("children", children), ("infants", infants)):
        if not 0 <= count <= MAX_PEOPLE:
            raise InvalidInput(field=prefix + field, message=_("A number from 0 to %(most)s."), most=MAX_PEOPLE)
    if adults + children + infants == 0:
        raise InvalidInput(field=prefix + "adults", message=_("At least one guest must come."))


def check_extras(*, ages: Sequence[int], beds: int, children: int, prefix: str = "") -> None:
    """Raise InvalidInput at `child_ages` or `extra_beds`. Ages are told of every child or of none."""
    if ages and (len(ages) != children or not all(0 <= age <= OLDEST_CHILD for age in ages)):
        raise InvalidInput(
            field=prefix + "child_ages",
            message=_("The age of every child on the day of arrival, from 0 to %(most)s: %(children)s of them."),
            most=OLDEST_CHILD,
            children=children,
        )
    if not 0 <= beds <= MOST_BEDS:
        raise InvalidInput(field=prefix + "extra_beds", message=_("A number from 0 to %(most)s."), most=MOST_BEDS)


def check_price(price: Decimal, *, currency: str, field: str) -> None:
    """A price is a finite amount of the currency, not negative."""
    if not price.is_finite() or price < 0 or price > LARGEST_PRICE or price % quantum(currency):
        raise InvalidInput(field=field, message=_("This is not a price."))
