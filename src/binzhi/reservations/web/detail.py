"""One reservation: what it is, what was done to it, what can be done to it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from binzhi.billing.access import Permission as Billing
from binzhi.billing.holds.queries import held_for
from binzhi.billing.queries import open_folios
from binzhi.kernel import clock
from binzhi.kernel.ui.htmx import render_screen, wants_part
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions.queries import deposits_asked
from binzhi.reservations.enums import CodeKind, Status
from binzhi.reservations.history import HistoryEntry, reservation_history
from binzhi.reservations.queries import (
    ReservationView,
    RoomView,
    allowed_actions,
    allowed_on_reservation,
    reservation_view,
)
from binzhi.reservations.queries.desk_list import CodeOption, code_options
from binzhi.reservations.queries.policies import policies_of_rooms
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.letter import GONE, letters, policy_lines
from binzhi.reservations.web.telling import Teller, free_states
from binzhi.reservations.web.words import STATUS_CHIPS, due_words, guarantee_word, vip_rank

KINDS = [kind.value for kind in CodeKind]
Names = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room with what the desk may do about it; addresses are empty where it may not or where there is no screen."""

    room: RoomView
    state: str
    icon: str
    label: str
    due: str
    rank: int
    actions: Sequence[str]
    links: Mapping[str, str]
    reason: str
    balance: Decimal | None
    deposit: Decimal
    held: Decimal
    free: Sequence[str]

    @property
    def is_gone(self) -> bool:
        return self.room.status in GONE

    @property
    def upgraded(self) -> bool:
        return self.room.held_type != self.room.room_type


@require_GET
@screen(Permission.VIEW)
def detail(request: StaffRequest, number: str) -> HttpResponse:
    """The page; htmx gets its middle."""
    view = reservation_view(hotel_id=hotel_of(request).pk, number=number)
    return render_screen(
        request, "reservations/detail.html", page_context(request, view), part="reservations/detail_part.html"
    )


def show_panel(
    request: StaffRequest, view: ReservationView, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """An action in the side panel: alone for htmx, with the page around it for an address opened by itself."""
    hotel = hotel_of(request)
    own = {"view": view, "hotel": hotel, "panel": template, "back": page_url(hotel, view), **context}
    if wants_part(request):
        html = render_to_string(template, own, request=request)
        return HttpResponse(html + render_to_string("ui/toasts_part.html", {}, request=request), status=status)
    return render(request, "reservations/detail.html", page_context(request, view) | own, status=status)


def page_url(hotel: HotelRef, view: ReservationView) -> str:
    return reverse("reservations:detail", args=[hotel.code, view.number])


def page_context(request: StaffRequest, view: ReservationView) -> dict[str, Any]:
    hotel = hotel_of(request)
    codes = code_options(hotel_id=hotel.pk, kinds=KINDS)
    names = {kind: {option.code: option.label for option in options} for kind, options in codes.items()}
    policies = policies_of_rooms(hotel_id=hotel.pk, room_ids=[room.id for room in view.rooms])
    entries = entries_of(view, hotel)
    cards = room_cards(request, view, names, entries)
    deposit = sum((card.deposit for card in cards), Decimal(0))
    allowed = allowed_on_reservation(view=view, actor=request.actor)
    asked = next(iter(deposits_asked(hotel=hotel, reservation_id=view.id)), None)
    expected = any(room.status == Status.RESERVED for room in view.rooms)
    return {
        "view": view,
        "hotel": hotel,
        "cards": cards,
        "deposit": deposit,
        "asked": asked,
        "deposit_overdue": asked is not None and asked.is_overdue(clock.now()),
        "may_take_deposit": expected and request.actor.may(Billing.TAKE_DEPOSIT, hotel.pk),
        "allowed": {name: name in allowed for name in ("update_details", "confirm", "cancel")},
        "names": words_of(view, names),
        "guarantee": guarantee_word(view.guarantee),
        "history": history_of(entries, view, hotel, names),
        "letters": letters(hotel=hotel, view=view, policies=policies),
        "policy": policy_lines(hotel, view.rooms, policies),
        "guest_url": guest_url(request, hotel, view),
        "message_url": message_url(request, hotel, view),
        "chips": [STATUS_CHIPS[Status(view.status)], Status(view.status).label],
    }


def words_of(view: ReservationView, names: Names) -> dict[str, str | list[str]]:
    """The codes of the reservation in the hotel's words."""
    words: dict[str, str | list[str]] = {
        kind: names.get(kind, {}).get(code, code)
        for kind, code in (("market", view.market), ("source", view.source), ("channel", view.channel))
    }
    special = names.get(CodeKind.SPECIAL.value, {})
    words["special"] = [special.get(code, code) for code in view.special_requests]
    return words


def room_cards(
    request: StaffRequest, view: ReservationView, names: Names, entries: Sequence[HistoryEntry]
) -> list[RoomCard]:
    hotel = hotel_of(request)
    free = free_states(entries)
    folio_ids = [room.folio_id for room in view.rooms if room.folio_id is not None]
    bills = {bill.pk: bill for bill in open_folios(hotel_id=hotel.pk, folio_ids=folio_ids)} if folio_ids else {}
    held = held_for(list(bills))
    cards = []
    for room in view.rooms:
        state, icon = STATUS_CHIPS[Status(room.status)]
        actions = allowed_actions(room=room, hotel_id=hotel.pk, actor=request.actor)
        bill = bills.get(room.folio_id or 0)
        cards.append(
            RoomCard(
                room=room,
                state=state,
                icon=icon,
                label=str(Status(room.status).label),
                due=due_words(room.due),
                rank=vip_rank(room.vip_level, room.vip_rank),
                actions=actions,
                links=room_links(request, hotel, view, room),
                reason=names.get(CodeKind.CANCEL_REASON.value, {}).get(room.end_reason, room.end_reason),
                balance=bill.balance if bill else None,
                deposit=bill.deposit if bill else Decimal(0),
                held=held[bill.pk].amount if bill and bill.pk in held else Decimal(0),
                free=free.get(room.id, ()) if room.status in (Status.RESERVED, Status.IN_HOUSE) else (),
            )
        )
    return cards


def room_links(request: StaffRequest, hotel: HotelRef, view: ReservationView, room: RoomView) -> dict[str, str]:
    """Where other desks go on with the room."""
    may = request.actor.may
    links = {}
    if room.status == Status.RESERVED and may("frontdesk.assign_room", hotel.pk):
        links["assign"] = url_of("frontdesk:assign", hotel.code, room.id)
    if room.status == Status.RESERVED and room.due and may("frontdesk.check_in", hotel.pk):
        links["check_in"] = url_of("frontdesk:check_in", hotel.code, room.id)
    if room.status == Status.IN_HOUSE and may("frontdesk.check_out", hotel.pk):
        links["check_out"] = url_of("frontdesk:check_out", hotel.code, room.id)
    if room.status in (Status.RESERVED, Status.IN_HOUSE) and may("frontdesk.change_stay", hotel.pk):
        links["free_room"] = url_of("frontdesk:ask_free_room", hotel.code, room.id)
    if room.folio and may("billing.view_folio", hotel.pk):
        links["folio"] = url_of("billing:folio", hotel.code, room.folio)
    if room.status in (Status.RESERVED, Status.IN_HOUSE) and may("vip.propose_visit", hotel.pk):
        links["visit"] = url_of("vip:of_stay", hotel.code, room.id)
    if room.guest_id and may("guests.view_guest", hotel.pk):
        links["guest"] = url_of("guests:detail", hotel.code, room.guest_id)
    return {name: url for name, url in links.items() if url}


def guest_url(request: StaffRequest, hotel: HotelRef, view: ReservationView) -> str:
    if view.guest_id is None or not request.actor.may("guests.view_guest", hotel.pk):
        return ""
    return url_of("guests:detail", hotel.code, view.guest_id)


def message_url(request: StaffRequest, hotel: HotelRef, view: ReservationView) -> str:
    if not request.actor.may("engagement.send_message", hotel.pk):
        return ""
    return url_of("engagement:write", hotel.code, view.number)


def url_of(name: str, *args: object) -> str:
    """The address of a screen of another context; empty where this installation has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def entries_of(view: ReservationView, hotel: HotelRef) -> list[HistoryEntry]:
    return reservation_history(hotel_id=hotel.pk, reservation_id=view.id, room_ids=[room.id for room in view.rooms])


def history_of(entries: Sequence[HistoryEntry], view: ReservationView, hotel: HotelRef, names: Names) -> list[Any]:
    known = dict(names)
    known["room_type"] = {kind.code: kind.label for kind in room_types(hotel.pk, with_inactive=True)}
    known["rate_plan"] = {room.rate_plan: room.rate_plan_label for room in view.rooms}
    known["special_requests"] = names.get(CodeKind.SPECIAL.value, {})
    positions = {room.id: str(room.position) for room in view.rooms}
    teller = Teller(names=known, rooms=positions, currency=hotel.currency)
    return [teller.tell(entry) for entry in entries]


def codes_for_forms(hotel: HotelRef) -> dict[str, list[CodeOption]]:
    return code_options(hotel_id=hotel.pk, kinds=KINDS)
