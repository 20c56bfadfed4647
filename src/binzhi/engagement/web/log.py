"""What went out, what waits and what was given up; one message with its tries."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.engagement import queries, services
from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Kind, State
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, press

TABS = ("", State.QUEUED.value, State.DEAD.value, State.SENT.value, State.WITHHELD.value, State.CANCELLED.value)
LONGEST_ID = 18


@require_GET
@screen(Permission.VIEW)
def log_screen(request: StaffRequest) -> HttpResponse:
    """`?state=dead`: the dead letters; `?before=`: older ones."""
    hotel = hotel_of(request)
    state = request.GET.get("state", "")
    state = state if state in TABS else ""
    before = request.GET.get("before", "")
    rows = queries.message_log(
        hotel_id=hotel.pk, state=state,
        before=int(before) if before.isascii() and before.isdigit() and len(before) <= LONGEST_ID else None,
    )  # fmt: skip
    counted, here = queries.counts(hotel.pk), reverse("engagement:log", args=[hotel.code])
    context = {
        "rows": rows, "state": state,
        "tabs": [
            {"label": State(one).label if one else _("All"), "url": f"{here}?state={one}" if one else here,
             "on": one == state, "count": counted.get(one) if one else None}
            for one in TABS
        ],
        "older": f"?state={state}&before={rows[-1].id}" if len(rows) == queries.PAGE else "",
        "may_settle": request.actor.may(Permission.SETTLE, hotel.pk), "kinds": Kind.choices,
    }  # fmt: skip
    return render_screen(request, "engagement/log.html", context)


@require_GET
@screen(Permission.VIEW)
def message_screen(request: StaffRequest, message_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    view = queries.message_view(hotel_id=hotel.pk, message_id=message_id)
    context = {
        "view": view, "row": view.row, "may_settle": request.actor.may(Permission.SETTLE, hotel.pk),
        "reservation": reverse("reservations:detail", args=[hotel.code, view.row.number])
        if view.row.number
        else reverse("reservations:waitlist", args=[hotel.code]),
    }  # fmt: skip
    return render_screen(request, "engagement/message.html", context)


@require_POST
@screen(Permission.SETTLE)
def resend(request: StaffRequest, message_id: int) -> HttpResponse:
    return press(
        request, lambda: services.resend_message(message_id=message_id, **common(request)),
        done=_("It goes out again at once."), back=_back(request, message_id),
    )  # fmt: skip


@require_POST
@screen(Permission.SETTLE)
def cancel(request: StaffRequest, message_id: int) -> HttpResponse:
    return press(
        request, lambda: services.cancel_message(message_id=message_id, **common(request)),
        done=_("Taken back: it will not be sent."), back=_back(request, message_id),
    )  # fmt: skip


def _back(request: StaffRequest, message_id: int) -> str:
    return reverse("engagement:message", args=[hotel_of(request).code, message_id])
