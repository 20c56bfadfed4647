"""What is to be painted: values over nights × types × plans × days of the week. None leaves a value as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput
from binzhi.reservations import facts, limits
from binzhi.reservations.errors import NothingPainted

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
PRICES = ("price", "single_price", "extra_adult", "extra_child")
LENGTHS = ("min_nights", "max_nights")
FLAGS = ("closed", "closed_to_arrival", "closed_to_departure")
OF_RATE = (*PRICES, *LENGTHS, *FLAGS)
OF_LIMIT = ("overbooking", "stop_sell")
MAY_BE_EMPTY = frozenset({"price", "single_price", *LENGTHS})
LONGEST_RANGE = 740  # days: two years
MOST_CELLS = 20_000
MOST_PERCENT = 1000
MOST_OVERBOOKING = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """`percent` and `amount` move prices that are there; a name in `clear` empties a value."""

    first: date
    last: date
    room_types: tuple[str, ...]
    rate_plans: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = EVERY_DAY
    price: Decimal | None = None
    single_price: Decimal | None = None
    extra_adult: Decimal | None = None
    extra_child: Decimal | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    min_nights: int | None = None
    max_nights: int | None = None
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    overbooking: int | None = None
    stop_sell: bool | None = None
    clear: frozenset[str] = frozenset()

    @property
    def moves(self) -> bool:
        return self.percent is not None or self.amount is not None

    @property
    def prices(self) -> bool:
        """Whether it writes prices of its own, which a derived plan does not have."""
        given = any(getattr(self, name) is not None for name in PRICES)
        return given or self.moves or bool(self.clear & set(PRICES))

    @property
    def touches_rates(self) -> bool:
        return self.prices or bool(self.clear) or any(getattr(self, name) is not None for name in OF_RATE)

    @property
    def touches_limits(self) -> bool:
        return any(getattr(self, name) is not None for name in OF_LIMIT)

    def nights(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            night = self.first + timedelta(days=offset)
            if night.isoweekday() in self.weekdays:
                yield night


def check_range(first: date, last: date, today: date) -> None:
    """Raise InvalidInput at `first` or `last`."""
    if first < today:
        raise InvalidInput(field="first", message=_("This date has passed: the hotel day is %(today)s."), today=today)
    if last < first:
        raise InvalidInput(field="last", message=_("The last date is before the first."))
    if (last - first).days >= LONGEST_RANGE:
        raise InvalidInput(field="last", message=_("At most %(days)s days at once."), days=LONGEST_RANGE)


def check(brush: Brush, *, today: date, currency: str, longest_stay: int) -> None:
    """Raise InvalidInput at the field of what cannot be; whether the codes are known is not asked here."""
    check_range(brush.first, brush.last, today)
    if not brush.weekdays or not set(brush.weekdays) <= set(EVERY_DAY):
        raise InvalidInput(field="weekdays", message=_("Choose at least one day of the week."))
    if not brush.room_types:
        raise InvalidInput(field="room_types", message=_("Choose at least one room type."))
    if brush.touches_rates and not brush.rate_plans:
        raise InvalidInput(field="rate_plans", message=_("Choose at least one rate."))
    if not brush.touches_rates and not brush.touches_limits:
        raise NothingPainted(field="price")
    facts.check_codes([("", code, "room_types") for code in brush.room_types])
    facts.check_codes([("", code, "rate_plans") for code in brush.rate_plans])
    _check_prices(brush, currency)
    _check_numbers(brush, longest_stay)
    cells = sum(1 for _night in brush.nights()) * len(brush.room_types) * max(len(brush.rate_plans), 1)
    if cells > MOST_CELLS:
        raise InvalidInput(field="last", message=_("At most %(most)s prices at once; this would be %(cells)s."),
                           most=MOST_CELLS, cells=cells)  # fmt: skip


def _check_prices(brush: Brush, currency: str) -> None:
    if not brush.clear <= MAY_BE_EMPTY:
        raise InvalidInput(field="clear")
    for name in PRICES:
        value = getattr(brush, name)
        if value is not None:
            limits.check_price(value, currency=currency, field=name)
        if name in brush.clear and value is not None:
            raise InvalidInput(field=name, message=_("Either a value or empty, not both."))
    if brush.moves and (brush.price is not None or "price" in brush.clear):
        raise InvalidInput(field="percent", message=_("Either a price or a change of the price, not both."))
    percent, amount = brush.percent, brush.amount
    if percent is not None and not (percent.is_finite() and -100 <= percent <= MOST_PERCENT):
        raise InvalidInput(field="percent", message=_("From %(least)s to %(most)s per cent."), least=-100,
                           most=MOST_PERCENT)  # fmt: skip
    if amount is not None:
        limits.check_price(abs(amount) if amount.is_finite() else amount, currency=currency, field="amount")


def _check_numbers(brush: Brush, longest_stay: int) -> None:
    for name in LENGTHS:
        value = getattr(brush, name)
        if value is not None and not 1 <= value <= longest_stay:
            raise InvalidInput(field=name, message=_("From 1 to %(most)s nights."), most=longest_stay)
    least, most = brush.min_nights, brush.max_nights
    if least is not None and most is not None and least > most:
        raise InvalidInput(field="max_nights", message=_("Fewer nights than the shortest stay."))
    if brush.overbooking is not None and not 0 <= brush.overbooking <= MOST_OVERBOOKING:
        raise InvalidInput(field="overbooking", message=_("A number from 0 to %(most)s."), most=MOST_OVERBOOKING)
