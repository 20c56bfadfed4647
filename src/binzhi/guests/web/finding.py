"""Guests and organisations in the box that finds everything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from binzhi.guests import queries
from binzhi.guests.access import Permission
from binzhi.guests.privacy import lookups
from binzhi.kernel import clock
from binzhi.kernel.ui.finding import Hit, register_search
from binzhi.people.web import StaffRequest

FEW = 6


def register() -> None:
    register_search(gettext_lazy("Guests"), find_guests, order=10)


def find_guests(request: HttpRequest, text: str) -> Iterable[Hit]:
    staff = cast(StaffRequest, request)
    hotel = staff.hotel
    if hotel is None or not staff.actor.may(Permission.VIEW, hotel.pk):
        return
    found = queries.search_guests(
        group_id=hotel.group_id, text=text, limit=FEW, hotel_id=hotel.pk, today=hotel.business_date
    )
    seen = [guest.guest_id for guest in found]
    lookups.note_search(hotel=hotel, text=text, guest_ids=seen, actor=staff.actor, now=clock.now())
    for guest in found:
        yield Hit(
            title=guest.name,
            url=reverse("guests:detail", args=[hotel.code, guest.guest_id]),
            icon="person",
            detail=" · ".join(
                part
                for part in (
                    guest.room and _("room %(room)s") % {"room": guest.room},
                    guest.organisation,
                    guest.phone_masked,
                )
                if part
            ),
            spoken="" if guest.marked == guest.name else guest.marked,
            vip=guest.vip_weight,
        )
