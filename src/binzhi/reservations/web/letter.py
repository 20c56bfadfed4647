"""预订确认书: the confirmation as a text to be sent, in the guest's language, and as lines for paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from binzhi.kernel.ui import formats
from binzhi.property.queries import HotelRef
from binzhi.reservations.enums import Guarantee, Status
from binzhi.reservations.queries import ReservationView, RoomView
from binzhi.reservations.queries.policies import PlanPolicy
from binzhi.reservations.web.words import guarantee_word, policy_sentence

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))
GONE = (Status.CANCELLED.value, Status.NO_SHOW.value)


@dataclass(frozen=True, slots=True)
class Letter:
    language: str
    name: str
    text: str


def letters(*, hotel: HotelRef, view: ReservationView, policies: Mapping[int, PlanPolicy]) -> list[Letter]:
    """The text in every language of the house; none when nobody is expected any more."""
    if not expected_rooms(view):
        return []
    return [Letter(code, name, _in(code, hotel, view, policies)) for code, name in LANGUAGES]


def _in(language: str, hotel: HotelRef, view: ReservationView, policies: Mapping[int, PlanPolicy]) -> str:
    with translation.override(language):
        return "\n".join(_lines(hotel, view, policies))


def expected_rooms(view: ReservationView) -> list[RoomView]:
    """The rooms a confirmation speaks of."""
    return [room for room in view.rooms if room.status not in GONE]


def alike(rooms: Sequence[RoomView]) -> list[tuple[RoomView, int]]:
    """Rooms that read the same are said once, with their number."""
    groups: dict[tuple[object, ...], list[RoomView]] = {}
    for room in rooms:
        key = (room.room_type, room.rate_plan, room.arrival, room.departure, guests_words(room), room.nightly)
        groups.setdefault(key, []).append(room)
    return [(group[0], len(group)) for group in groups.values()]


def _lines(hotel: HotelRef, view: ReservationView, policies: Mapping[int, PlanPolicy]) -> list[str]:
    return [
        _("%(hotel)s: confirmation of your reservation") % {"hotel": hotel.label},
        "",
        _("Dear %(name)s,") % {"name": view.guest_name or view.booker_name},
        _("your reservation is confirmed."),
        _("Number: %(number)s") % {"number": view.number},
        *detail_lines(hotel, view, expected_rooms(view), policies),
        _("Please bring an identity document for every guest."),
    ]


def detail_lines(
    hotel: HotelRef, view: ReservationView, rooms: Sequence[RoomView], policies: Mapping[int, PlanPolicy]
) -> list[str]:
    """What was agreed for these rooms, in the language in force: rooms, days, prices, until when held, cancellation."""
    total = sum((room.total for room in rooms), Decimal(0))
    lines: list[str] = []
    for room, count in alike(rooms):
        lines += _room_lines(hotel, room, count)
    tax = _("tax included") if hotel.prices_include_tax else _("before tax")
    lines.append(
        _("Total: %(amount)s (%(tax)s)") % {"amount": formats.money(total, currency=hotel.currency), "tax": tax}
    )
    lines.append(held_words(hotel, view))
    lines += policy_lines(hotel, rooms, policies)
    return lines


def _room_lines(hotel: HotelRef, room: RoomView, count: int) -> list[str]:
    nights = ngettext("%(n)s night", "%(n)s nights", room.nights) % {"n": room.nights}
    prices = " + ".join(formats.number(price) for _night, price in room.nightly)
    kind = f"{room.room_type_label} × {count}" if count > 1 else room.room_type_label
    facts = [kind, room.rate_plan_label, guests_words(room)]
    if room.breakfasts:
        facts.append(ngettext("%(n)s breakfast", "%(n)s breakfasts", room.breakfasts) % {"n": room.breakfasts})
    return [
        _("Room: %(what)s") % {"what": pgettext("between names", ", ").join(facts)},
        _("Arrival: %(day)s, from %(time)s")
        % {"day": formats.day_text(room.arrival, with_weekday=True), "time": f"{hotel.check_in_time:%H:%M}"},
        _("Departure: %(day)s, until %(time)s (%(nights)s)")
        % {
            "day": formats.day_text(room.departure, with_weekday=True),
            "time": f"{hotel.check_out_time:%H:%M}",
            "nights": nights,
        },
        _("Price by night: %(prices)s") % {"prices": prices},
    ]


def guests_words(room: RoomView) -> str:
    words = ngettext("%(n)s adult", "%(n)s adults", room.adults) % {"n": room.adults}
    minors = room.children + room.infants
    if minors:
        words += pgettext("between names", ", ") + ngettext("%(n)s child", "%(n)s children", minors) % {"n": minors}
    return words


def held_words(hotel: HotelRef, view: ReservationView) -> str:
    if view.guarantee == Guarantee.NONE:
        return _("Held until %(time)s on the day of arrival.") % {"time": f"{hotel.hold_until:%H:%M}"}
    return _("Guaranteed (%(guarantee)s), held all night.") % {"guarantee": guarantee_word(view.guarantee)}


def policy_lines(hotel: HotelRef, rooms: Sequence[RoomView], policies: Mapping[int, PlanPolicy]) -> list[str]:
    """Each different sentence once."""
    said: dict[str, None] = {}
    for room in rooms:
        policy = policies.get(room.id)
        if policy is not None:
            prices = [price for _night, price in room.nightly]
            said[policy_sentence(policy, arrival=room.arrival, prices=prices, currency=hotel.currency)] = None
    return list(said)
