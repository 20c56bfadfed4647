"""`{% load guest_marks %}`: what screens of other contexts show of a guest."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from binzhi.guests.access import Permission
from binzhi.guests.profile.warnings import warnings_of
from binzhi.people.web import StaffRequest, hotel_of

register = template.Library()


@register.inclusion_tag("guests/_warnings_strip.html", takes_context=True)
def guest_warnings(context: Context, *guest_ids: int | None) -> dict[str, Any]:
    """{% guest_warnings stay.guest_id %}: the warnings that count today on these guests, one statement."""
    request: StaffRequest = context["request"]
    hotel = hotel_of(request)
    wanted = list(dict.fromkeys(guest_id for guest_id in guest_ids if isinstance(guest_id, int) and guest_id))
    if not request.actor.may(Permission.VIEW, hotel.pk):
        wanted = []
    found = warnings_of(group_id=hotel.group_id, guest_ids=wanted, today=hotel.business_date)
    return {"warnings": [one for guest_id in wanted for one in found.get(guest_id, [])], "request": request}
