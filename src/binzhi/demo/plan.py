"""What is going to happen in the demo hotel, drawn from a seed before anything is written.

The plan fills the house night by night to an occupancy with the swing of a week, out of stays of different lengths,
booked through different channels with their own lead times, some cancelled, a few not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from binzhi.demo import selling
from binzhi.demo.calendar import is_holiday
from binzhi.demo.partners import AGENCIES, COMPANIES

# Monday to Sunday: business in the week, leisure at the weekend, a hole on Sunday night.
OCCUPANCY = (0.68, 0.72, 0.75, 0.74, 0.80, 0.86, 0.70)
HOLIDAY_OCCUPANCY = 0.94
# Types are asked for unevenly.
DEMAND = {"STD": 1.0, "KNG": 1.0, "BIZ": 1.02, "DLX": 0.98, "STE": 0.72, "FAM": 0.86, "ACC": 0.45}
NIGHTS = ((1, 14), (2, 26), (3, 24), (4, 15), (5, 10), (6, 5), (7, 6))
CANCELLED_SHARE = 0.13
NO_SHOW_SHARE = 0.012
# A party of an agency or a conference on every so many days.
GROUP_EVERY = 8


@dataclass(frozen=True, slots=True)
class Way:
    """How a booking comes: codes, plan, mean lead in days, share."""

    share: int
    market: str
    source: str
    channel: str
    plan: str
    lead: int
    guarantee: str = "none"
    by_company: bool = False


WAYS = (
    Way(24, "fit", "ota", "ctrip", selling.BASE, 9, "card"),
    Way(11, "fit", "ota", "meituan", selling.BASE, 4, "card"),
    Way(6, "leisure", "ota", "qunar", selling.BREAKFAST, 12, "card"),
    Way(6, "leisure", "ota", "fliggy", selling.ADVANCE, 24, "card"),
    Way(3, "leisure", "ota", "booking", selling.BREAKFAST, 30, "card"),
    Way(10, "member", "web", "direct", selling.MEMBER, 10, "card"),
    Way(8, "member", "mini-app", "direct", selling.MEMBER, 5, "card"),
    Way(8, "fit", "phone", "direct", selling.BASE, 5),
    Way(16, "corporate", "company", "direct", selling.AGREED, 7, "company", by_company=True),
    Way(8, "fit", "walk-in", "direct", selling.BASE, 0),
)
GROUP = Way(0, "agency", "agency", "direct", selling.AGREED, 30, "company", by_company=True)
STAYS, CANCELS, NO_SHOW = "stays", "cancels", "no_show"


@dataclass(slots=True)
class Planned:
    """One booking as it will be made, and how it will end."""

    number: int
    booked_on: date
    arrival: date
    nights: int
    room_type: str
    adults: int
    children: int
    way: Way
    outcome: str = STAYS
    ends_on: date | None = None
    person: int = 0
    companion: int | None = None
    organisation: int | None = None
    rooms: int = 1
    requests: tuple[str, ...] = ()
    hour: int = 15
    remark: str = ""

    @property
    def departure(self) -> date:
        return self.arrival + timedelta(days=self.nights)

    @property
    def guarantee_is_weak(self) -> bool:
        return self.way.guarantee == "none"

    @property
    def is_walk_in(self) -> bool:
        return self.way.source == "walk-in"


@dataclass(slots=True)
class Plan:
    """All bookings by the day they are made."""

    first: date
    today: date
    last: date
    by_day: dict[date, list[Planned]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Planned]:
        for day in sorted(self.by_day):
            yield from self.by_day[day]


def draw(random: Random, *, rooms: Mapping[str, int], first: date, today: date, last: date, people: int) -> Plan:
    """Bookings for arrivals from `first` to `last` that are made by `today`; the earliest are made on `first`."""
    plan = Plan(first, today, last)
    crowd = _Crowd(random, people)
    taken = {code: [0] * ((last - first).days + 60) for code in rooms}
    number = 0
    for offset in range((last - first).days + 1):
        arrival = first + timedelta(days=offset)
        if offset % GROUP_EVERY == GROUP_EVERY // 2:
            number += 1
            _enter(plan, _group(random, number, arrival, offset, rooms, taken))
        for code, count in rooms.items():
            wanted = round(count * min(_occupancy(random, arrival) * DEMAND.get(code, 1.0), 0.97))
            while taken[code][offset] < wanted:
                number += 1
                booking = _booking(random, number, arrival, code, first, today)
                _limit(booking, taken[code], offset, count)
                for night in range(offset, offset + booking.nights):
                    taken[code][night] += booking.rooms
                crowd.cast(booking)
                _enter(plan, booking)
        for _extra in range(int(sum(rooms.values()) * 0.45 * CANCELLED_SHARE)):
            number += 1
            booking = _lost(random, number, arrival, list(rooms), first, today)
            crowd.cast(booking)
            _enter(plan, booking)
    return plan


def _enter(plan: Plan, booking: Planned) -> None:
    if booking.booked_on <= plan.today:
        booking.booked_on = max(booking.booked_on, plan.first)
        plan.by_day.setdefault(booking.booked_on, []).append(booking)


def _occupancy(random: Random, night: date) -> float:
    usual = HOLIDAY_OCCUPANCY if is_holiday(night) else OCCUPANCY[night.weekday()]
    return usual + random.uniform(-0.05, 0.05)


def _booking(random: Random, number: int, arrival: date, code: str, first: date, today: date) -> Planned:
    way = random.choices(WAYS, [way.share for way in WAYS])[0]
    nights = random.choices([n for n, _share in NIGHTS], [share for _n, share in NIGHTS])[0]
    adults = random.choices((1, 2, 3), (38, 58, 4 if code in ("DLX", "STE", "FAM") else 0))[0]
    children = random.choices((0, 1, 2), (20, 60, 20))[0] if code == "FAM" else random.choices((0, 1), (94, 6))[0]
    booked_on = max(arrival - timedelta(days=_lead(random, way)), first)
    if way.plan == selling.ADVANCE and not _may_prepay(booked_on, arrival, nights):
        way = WAYS[0]
    if code == "STE" and is_holiday(arrival):
        nights = max(nights, 2)
    booking = Planned(
        number, booked_on, arrival, nights, code, adults, min(children, 3 - adults) if code not in ("DLX", "STE", "FAM")
        else children, way, requests=_requests(random, code), hour=min(max(round(random.gauss(16, 3)), 9), 23),
    )  # fmt: skip
    if way.by_company:
        booking.organisation = random.randrange(len(COMPANIES))
    if arrival < today and random.random() < NO_SHOW_SHARE and not booking.is_walk_in:
        booking.outcome = NO_SHOW
    return booking


def _may_prepay(booked_on: date, arrival: date, nights: int) -> bool:
    """The advance price asks for a week and is closed over holidays."""
    return (arrival - booked_on).days >= 7 and not any(is_holiday(arrival + timedelta(days=n)) for n in range(nights))


def _group(
    random: Random, number: int, arrival: date, offset: int, rooms: Mapping[str, int], taken: Mapping[str, list[int]]
) -> Planned:
    """A party of several rooms under one number."""
    code = random.choice(("STD", "KNG", "BIZ"))
    free = max(rooms[code] - max(taken[code][offset : offset + 2]) - 2, 1)
    booking = Planned(
        number, arrival - timedelta(days=random.randint(10, 45)), arrival, 2, code, 2, 0, GROUP,
        organisation=len(COMPANIES) + random.randrange(len(AGENCIES)), rooms=min(random.randint(6, 12), free), hour=15,
        remark="团队早餐7:30，导游房一间",
    )  # fmt: skip
    for night in range(offset, offset + 2):
        taken[code][night] += booking.rooms
    return booking


def _lead(random: Random, way: Way) -> int:
    if not way.lead:
        return 0
    days = min(int(random.expovariate(1 / way.lead)), 120)
    return max(days, 7) if way.plan == selling.ADVANCE else days


def _lost(random: Random, number: int, arrival: date, codes: list[str], first: date, today: date) -> Planned:
    """A booking that is cancelled before it arrives (or will be, if that day is still to come)."""
    code = random.choice(codes[:4])
    booking = _booking(random, number, arrival, code, first, today)
    while booking.is_walk_in or booking.way.plan == selling.ADVANCE:
        booking = _booking(random, number, arrival, code, first, today)
    booking.outcome = CANCELS
    booking.ends_on = booking.booked_on + timedelta(days=random.randint(0, (arrival - booking.booked_on).days))
    return booking


def _limit(booking: Planned, taken: list[int], offset: int, count: int) -> None:
    """Cut the stay before the first night on which the type would be full."""
    for night in range(booking.nights):
        if taken[offset + night] >= count - 1 and night:
            booking.nights = night
            return


def _requests(random: Random, code: str) -> tuple[str, ...]:
    # Shares as guests of a city hotel ask: quiet 9 %, high floor 5 %, crib 1 %.
    wishes = [
        ("quiet", 0.09),
        ("high_floor", 0.05),
        ("lake_view", 0.05),
        ("away_from_lift", 0.02),
        ("late_check_out", 0.02),
    ]
    wishes.append(("crib", 0.2 if code == "FAM" else 0.005))
    return tuple(wish for wish, share in wishes if random.random() < share)


class _Crowd:
    """Who comes: a tenth of the people make four stays of ten; nobody sleeps in two beds at once."""

    def __init__(self, random: Random, people: int) -> None:
        self._random = random
        self._people = people
        self._often = max(people // 10, 1)
        self._busy: dict[int, list[tuple[date, date]]] = {}

    def cast(self, booking: Planned) -> None:
        booking.person = self._free(booking)
        if booking.adults > 1 and self._random.random() < 0.15:
            booking.companion = self._free(booking)

    def _free(self, booking: Planned) -> int:
        for _try in range(50):
            often = self._random.random() < 0.4 or booking.way.market == "member"
            person = self._random.randrange(self._often if often else self._people)
            spans = self._busy.setdefault(person, [])
            if all(booking.departure <= start or booking.arrival >= end for start, end in spans):
                spans.append((booking.arrival, booking.departure))
                return person
        return self._random.randrange(self._people)
