"""Reservations for the one box that finds everything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.masking import name_for
from binzhi.guests.queries import search_guests
from binzhi.kernel.ui.finding import Hit, register_search
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.queries.desk_list import ListFilter, list_rows
from binzhi.reservations.web.words import STATUS_CHIPS, vip_rank

SHOWN = 5
NAMES_FOUND = 20


def register() -> None:
    """Called once, when the applications are ready."""
    register_search(_("Reservations"), find_reservations, order=30)


def find_reservations(request: HttpRequest, query: str) -> Iterable[Hit]:
    """By number, guest, company, channel's number or the tail of the phone; the latest arrivals first."""
    hotel: Any = getattr(request, "hotel", None)
    actor: Any = getattr(request, "actor", None)
    text = query.replace("\0", "").strip()
    if hotel is None or not text or not actor.may(Permission.VIEW, hotel.pk):
        return
    hits = search_guests(group_id=hotel.group_id, text=text, limit=NAMES_FOUND)
    wanted = ListFilter(text=text, guest_ids=tuple(hit.guest_id for hit in hits), sort="-arrival")
    for row in list_rows(hotel_id=hotel.pk, wanted=wanted, limit=SHOWN):
        status = Status(row.status)
        room = f"{row.room} {row.room_type}".strip()
        yield Hit(
            title=f"{row.number} {name_for(actor, hotel.pk, row.guest_name)}",
            url=reverse("reservations:detail", args=[hotel.code, row.number]),
            icon=STATUS_CHIPS[status][1],
            detail=f"{row.arrival:%m-%d} – {row.departure:%m-%d} · {room}",
            tail=str(status.label),
            vip=vip_rank(row.vip_level, row.vip_rank),
        )
