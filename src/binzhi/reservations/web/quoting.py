"""Offers as rows and the price panel beside them: one search per different stay on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from binzhi.kernel.errors import DomainError
from binzhi.property.queries import HotelRef, RoomTypeRef, room_types
from binzhi.reservations.extras.queries import ExtraLine, explained
from binzhi.reservations.packages.queries import PartRow, parts_of
from binzhi.reservations.queries import Offer, offers
from binzhi.reservations.queries.policies import PlanPolicy, policies_of
from binzhi.reservations.web.selection import Line
from binzhi.reservations.web.words import left_words, policy_sentence, refusal_words, type_facts

# More nights than this do not fit as columns; the panel beside the table always has them all.
MOST_COLUMNS = 7


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One line of the table. `reason` says why it cannot be booked; `same_type` hides what stands in the line above."""

    offer: Offer
    facts: str
    same_type: bool
    chosen: bool
    reason: str
    left: str
    scarce: bool

    @property
    def key(self) -> str:
        return f"{self.offer.room_type}:{self.offer.rate_plan}"

    @property
    def average(self) -> Decimal | None:
        nights = len(self.offer.nightly)
        return None if self.offer.total is None or not nights else self.offer.total / nights


@dataclass(frozen=True, slots=True)
class NightHead:
    day: date

    @property
    def is_weekend(self) -> bool:
        """Hotels sell the nights of Friday and Saturday as the weekend."""
        return self.day.weekday() in (4, 5)


@dataclass(frozen=True, slots=True)
class OfferTable:
    rows: Sequence[OfferRow]
    nights: Sequence[NightHead]
    nights_count: int

    @property
    def has_columns(self) -> bool:
        return len(self.nights) <= MOST_COLUMNS

    @property
    def has_any(self) -> bool:
        return any(not row.reason for row in self.rows)


@dataclass(frozen=True, slots=True)
class Priced:
    """A line with today's price; `was` is the price that was on the screen, when it differs."""

    line: Line
    offer: Offer | None
    policy: str
    reason: str
    was: Decimal | None
    extras: Sequence[ExtraLine] = ()
    parts: Sequence[PartRow] = ()

    @property
    def total(self) -> Decimal | None:
        return self.offer.total if self.offer is not None else None

    @property
    def amount(self) -> Decimal | None:
        return None if self.total is None else self.total * self.line.rooms

    @property
    def nights(self) -> int:
        return self.line.dates.nights

    @property
    def kept(self) -> Line:
        """The line with the price shown now, as the hidden field carries it on."""
        line = self.line
        return Line(
            room_type=line.room_type, rate_plan=line.rate_plan, arrival=line.arrival, departure=line.departure,
            adults=line.adults, children=line.children, rooms=line.rooms, total=self.total,
            child_ages=line.child_ages, extra_beds=line.extra_beds,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Panel:
    """The price panel: rooms added before, the one being chosen, the sum of all."""

    added: Sequence[Priced]
    current: Priced | None
    saving: Decimal | None
    saving_against: str

    @property
    def all(self) -> list[Priced]:
        return [*self.added, *([self.current] if self.current else [])]

    @property
    def total(self) -> Decimal:
        return sum((priced.amount or Decimal(0) for priced in self.all), Decimal(0))

    @property
    def rooms(self) -> int:
        return sum(priced.line.rooms for priced in self.all)

    @property
    def needs_guarantee(self) -> bool:
        return any(priced.offer is not None and priced.offer.guarantee_required for priced in self.all)

    @property
    def changed(self) -> bool:
        return any(priced.was is not None for priced in self.all)


@dataclass(frozen=True, slots=True)
class Quote:
    """What the two changing parts of the screen show. `refusal` replaces the table when the stay itself cannot be."""

    table: OfferTable | None
    panel: Panel
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Entitled:
    """Whose membership counts, and which rate a promotion code has opened; `refusal` is why the code did not."""

    guest_id: int | None = None
    plan_id: int | None = None
    refusal: str = ""
    name: str = ""


NOBODY = Entitled()


class Quoting:
    """Prices for one request; each different stay is asked for once."""

    def __init__(
        self, hotel: HotelRef, *, organisation_id: int | None, entitled: Entitled = NOBODY,
        may_break_floor: bool = False,
    ) -> None:  # fmt: skip
        self.may_break_floor = may_break_floor
        self.hotel = hotel
        self.organisation_id = organisation_id
        self.entitled = entitled
        self._found: dict[tuple[object, ...], list[Offer]] = {}
        self._policies: dict[str, PlanPolicy] = {}

    def quote(self, stay: Line, *, chosen: bool, added: Sequence[Line]) -> Quote:
        """Offers for `stay`, and the panel for the rooms added and, when one is `chosen`, for it."""
        refusal = None
        table = None
        try:
            found = self._offers(stay)
            table = self._table(stay, found, chosen=chosen)
        except DomainError as error:
            refusal = error
            chosen = False
        return Quote(table, self.panel(stay if chosen else None, added), refusal)

    def panel(self, current: Line | None, added: Sequence[Line]) -> Panel:
        priced = [self._price(line) for line in added]
        now = self._price(current) if current is not None else None
        if now is not None and now.offer is None:
            # A code from an old address: nothing is chosen.
            now = None
        self._read_policies([*priced, *([now] if now else [])])
        priced = [self._with_policy(entry) for entry in priced]
        now = self._with_contents(self._with_policy(now)) if now else None
        saving, against = self._saving(now)
        return Panel(priced, now, saving, against)

    def _offers(self, line: Line) -> list[Offer]:
        key = (line.dates, line.adults, line.children, line.rooms, line.child_ages, line.extra_beds)
        if key not in self._found:
            self._found[key] = offers(
                hotel=self.hotel, dates=line.dates, rooms=line.rooms, adults=line.adults, children=line.children,
                organisation_id=self.organisation_id, guest_id=self.entitled.guest_id,
                promotion_plan_id=self.entitled.plan_id, today=self.hotel.business_date,
                child_ages=line.child_ages, extra_beds=line.extra_beds,
                may_break_floor=self.may_break_floor,
            )  # fmt: skip
        return self._found[key]

    def _price(self, line: Line) -> Priced:
        try:
            offer = next((o for o in self._offers(line) if (o.room_type, o.rate_plan) == line.key), None)
        except DomainError as error:
            return Priced(line, None, "", error.text, None)
        if offer is None:
            return Priced(line, None, "", refusal_words("not_on_sale"), None)
        was = line.total if line.total is not None and line.total != offer.total else None
        return Priced(line, offer, "", refusal_words(offer.refusal, offer.refusal_params), was)

    def _read_policies(self, priced: Sequence[Priced]) -> None:
        plans = {entry.line.rate_plan for entry in priced if entry.offer is not None}
        if plans:
            self._policies = policies_of(hotel_id=self.hotel.pk, rate_plans=sorted(plans))

    def _with_policy(self, priced: Priced) -> Priced:
        policy = self._policies.get(priced.line.rate_plan)
        if policy is None or priced.offer is None:
            return priced
        prices = [price for _night, price in priced.offer.nightly]
        words = policy_sentence(policy, arrival=priced.line.arrival, prices=prices, currency=self.hotel.currency)
        return replace(priced, policy=words)

    def _with_contents(self, priced: Priced) -> Priced:
        """What the price of the room under the cursor is made of, in words."""
        line = priced.line
        extras = explained(
            hotel_id=self.hotel.pk, rate_plan=line.rate_plan, child_ages=line.child_ages, extra_beds=line.extra_beds
        )
        return replace(priced, extras=extras, parts=parts_of(self.hotel.pk, line.rate_plan))

    def _saving(self, priced: Priced | None) -> tuple[Decimal | None, str]:
        """Against the dearest rate that the same room could be booked at, for no more breakfast."""
        if priced is None or priced.offer is None or priced.offer.total is None or priced.reason:
            return None, ""
        mine = priced.offer
        rivals = [
            rival
            for rival in self._offers(priced.line)
            if rival.room_type == mine.room_type and rival.breakfasts <= mine.breakfasts and not rival.refusal
        ]
        dearest = max(rivals, key=lambda o: o.total or Decimal(0), default=None)
        if dearest is None or dearest.total is None or dearest.total <= priced.offer.total:
            return None, ""
        return (dearest.total - priced.offer.total) * priced.line.rooms, dearest.rate_plan_name

    def _table(self, stay: Line, found: Sequence[Offer], *, chosen: bool) -> OfferTable:
        kinds = {kind.code: kind for kind in room_types(self.hotel.pk)}
        rows = []
        before = ""
        for offer in sorted(found, key=lambda o: _is_impossible(o)):
            key = (offer.room_type, offer.rate_plan)
            rows.append(self._row(offer, kinds, same_type=offer.room_type == before, chosen=chosen and key == stay.key))
            before = offer.room_type
        nights = [NightHead(day) for day in stay.dates] or [NightHead(stay.arrival)]
        return OfferTable(rows, nights, stay.dates.nights)

    @staticmethod
    def _row(offer: Offer, kinds: dict[str, RoomTypeRef], *, same_type: bool, chosen: bool) -> OfferRow:
        kind = kinds.get(offer.room_type)
        reason = refusal_words(offer.refusal, offer.refusal_params)
        return OfferRow(
            offer=offer,
            facts=type_facts(kind) if kind else "",
            same_type=same_type,
            chosen=chosen and not reason,
            reason=reason,
            left=left_words(offer.left),
            scarce=offer.left <= 2,
        )


def _is_impossible(offer: Offer) -> bool:
    """A type too small for the guests, or without any price, goes below the ones worth reading."""
    return offer.refusal in ("too_many_guests", "no_price")
