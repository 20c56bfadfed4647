"""A group at the desk: its bill, everybody in with one press, everybody out with one press."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from binzhi.billing.access import Permission as Money
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.billing.web.exceeding import asked_to_exceed, press_within_credit
from binzhi.billing.web.forms import GROUPS
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.services.groups import GroupDone, check_in_group, check_out_group
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, press
from binzhi.reservations.access import Permission as Bookings
from binzhi.reservations.blocks import master, queries
from binzhi.reservations.blocks.queries import BlockView
from binzhi.reservations.web.blocks import page_url, register_section


def register() -> None:
    register_section(section)


def section(request: StaffRequest, view: BlockView) -> SafeString:
    """The desk's part of a group's page."""
    hotel = hotel_of(request)
    rooms = queries.block_rooms(hotel_id=hotel.pk, block_id=view.id)
    today = hotel.business_date
    context = {
        "view": view, "hotel": hotel, "due_in": sum(r.status == "reserved" and r.arrival <= today for r in rooms),
        "in_house": sum(r.status == "in_house" for r in rooms),
        "due_out": sum(r.status == "in_house" and r.departure <= today for r in rooms),
        "families": [(code, GROUPS[code], code in view.to_master) for code in master.FAMILIES],
        "may_check_in": request.actor.may(Permission.CHECK_IN, hotel.pk),
        "may_check_out": request.actor.may(Permission.CHECK_OUT, hotel.pk),
        "may_manage": request.actor.may(Bookings.MANAGE_BLOCKS, hotel.pk),
        "may_see_folio": request.actor.may("billing.view_folio", hotel.pk), "over_limit": asked_to_exceed(request),
    }  # fmt: skip
    return render_to_string("frontdesk/_group.html", context, request=request)


@screen(Permission.CHECK_IN)
@require_POST
def check_in(request: StaffRequest, block_id: int) -> HttpResponse:
    return _all(request, block_id, check_in_group, _("Group check-in"))


@screen(Permission.CHECK_OUT)
@require_POST
def check_out(request: StaffRequest, block_id: int) -> HttpResponse:
    exceeds = request.POST.get("exceed_limit") == "on"
    return _all(request, block_id, partial(check_out_group, exceed_limit=exceeds), _("Group check-out"))


def _all(request: StaffRequest, block_id: int, work: Callable[..., GroupDone], title: str) -> HttpResponse:
    done = work(block_id=block_id, **common(request))
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    context: dict[str, Any] = {
        "title": title, "view": view, "hotel": hotel, "done": done, "over_limit": over_limit(request, done),
    }  # fmt: skip
    return render(request, "frontdesk/group_done.html", context)


@screen(Bookings.MANAGE_BLOCKS)
@require_POST
def set_master(request: StaffRequest, block_id: int) -> HttpResponse:
    """What the group pays together."""

    def work() -> None:
        master.set_master(
            block_id=block_id, room_to_master=request.POST.get("rooms") == "on",
            to_master=request.POST.getlist("family"), **common(request),
        )  # fmt: skip

    return press(request, work, done=_("The group's bill is set."), back=_back(request, block_id))


def over_limit(request: StaffRequest, done: GroupDone) -> bool:
    """A company's limit stood against one of them, and this colleague may go over it."""
    may = request.actor.may(Money.EXCEED_CREDIT, hotel_of(request).pk)
    return may and any(one.code == CreditLimitExceeded.code for one in done.refused)


@screen(Bookings.MANAGE_BLOCKS)
@require_POST
def move(request: StaffRequest, block_id: int) -> HttpResponse:
    def work() -> None:
        exceeds = request.POST.get("exceed_limit") == "on"
        master.move_to_master(block_id=block_id, exceed_limit=exceeds, **common(request))

    back = _back(request, block_id)
    return press_within_credit(request, work, done=_("Moved to the group's bill."), back=back)


def _back(request: StaffRequest, block_id: int) -> str:
    return page_url(hotel_of(request), block_id) + "#desk"
