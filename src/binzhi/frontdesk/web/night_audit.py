"""The night audit on screen: what stands in the way, what will be posted, the run, the figures of the last days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.night_audit.attempts import attempt
from binzhi.frontdesk.night_audit.blockers import Blocker
from binzhi.frontdesk.night_audit.overdue import ask_recovery
from binzhi.frontdesk.night_audit.progress import Step, running
from binzhi.frontdesk.night_audit.queries import Preview, history, preview, result_of
from binzhi.frontdesk.web.live import is_known, version_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press
from binzhi.property.queries import HotelRef

UNPROCESSABLE = 422
# What stands in the way, in the words of the desk, and what to do about it.
KINDS: dict[str, tuple[Any, Any, str]] = {
    "due_out": (gettext_lazy("Due out and not checked out"), gettext_lazy("Check out"), "depart"),
    "unsettled": (gettext_lazy("Checked out with an open balance"), gettext_lazy("Settle"), "yuan"),
    "no_account": (gettext_lazy("In house without an open bill"), gettext_lazy("Open"), "receipt"),
    "no_price": (gettext_lazy("In house without a price for tonight"), gettext_lazy("Set the price"), "tag"),
}


@never_cache
@require_GET
@screen(Permission.RUN_NIGHT_AUDIT)
def night_audit(request: StaffRequest) -> HttpResponse:
    """The preview of closing the open day."""
    hotel = hotel_of(request)
    return _show(request, hotel, preview(hotel=hotel, now=clock.now()))


@require_POST
@screen(Permission.RUN_NIGHT_AUDIT)
def run(request: StaffRequest) -> HttpResponse:
    """Close the day that the screen showed; refused, the screen says why and what to settle."""
    hotel = hotel_of(request)
    try:
        day = date.fromisoformat(request.POST.get("business_date", ""))
    except ValueError:
        day = hotel.business_date

    def work() -> dict[str, Any]:
        done = attempt(hotel_id=hotel.pk, business_date=day, actor=request.actor, now=clock.now())
        return {"next": done.next_date.isoformat(), "rooms": done.posted}

    try:
        answer, _repeat = once(request, work)
    except DomainError as refusal:
        # What broke off is told on the page as well: a part with a status of 5xx would not be shown.
        status = refusal.status if refusal.status == 409 else UNPROCESSABLE
        return _show(request, hotel, preview(hotel=hotel, now=clock.now()), refusal=refusal, status=status)
    words = _("%(day)s is closed: %(rooms)s rooms posted. The hotel day is %(next)s.")
    toast(request, words % {"day": day.isoformat(), "rooms": answer["rooms"], "next": answer["next"]})
    return go(request, f"{reverse('frontdesk:night_audit', args=[hotel.code])}?closed={day.isoformat()}")


STEPS: dict[Step, tuple[Any, str]] = {
    Step.BLOCKERS: (gettext_lazy("See that nothing stands in the way"), "shield"),
    Step.NO_SHOWS: (gettext_lazy("Turn no-shows over, post their fees"), "person-off"),
    Step.ROOMS: (gettext_lazy("Post room and tax, once per room and night"), "bed"),
    Step.CONDITIONS: (gettext_lazy("Mark occupied rooms for cleaning"), "broom"),
    Step.FIGURES: (gettext_lazy("Write the day's figures"), "chart"),
    Step.REPORTS: (gettext_lazy("Write the reports and the trial balance"), "document"),
    Step.DAY: (gettext_lazy("Close the day, open the next"), "lock"),
}


@never_cache
@require_GET
@screen(Permission.RUN_NIGHT_AUDIT)
def progress(request: StaffRequest) -> HttpResponse:
    """How far a running audit is; asked again and again by the page, whoever started it."""
    hotel = hotel_of(request)
    context = _progress(hotel, day=request.GET.get("day", ""))
    version = version_of((context["running"], hotel.business_date))
    if is_known(request, version):
        return HttpResponse(status=204)
    return render_screen(
        request, "frontdesk/audit_progress.html", context | {"version": version}, part="frontdesk/_audit_progress.html"
    )


def _progress(hotel: HotelRef, *, day: str) -> dict[str, Any]:
    now_running = running(hotel_id=hotel.pk)
    steps = [
        {
            "label": label, "icon": icon,
            "state": "" if now_running is None else
            "done" if step < now_running.step else "cur" if step == now_running.step else "",
        }
        for step, (label, icon) in STEPS.items()
    ]  # fmt: skip
    return {
        "steps": steps, "running": now_running, "page_day": day or hotel.business_date.isoformat(),
        "went_on": bool(day) and day != hotel.business_date.isoformat(), "open_day": hotel.business_date,
    }  # fmt: skip


@require_POST
@screen(Permission.RUN_NIGHT_AUDIT)
def recover(request: StaffRequest) -> HttpResponse:
    """Have the worker close the days that nobody closed, one after the other."""

    def work() -> None:
        ask_recovery(**common(request))

    back = reverse("frontdesk:night_audit", args=[hotel_of(request).code])
    return press(
        request, work, done=_("The days are closed one after the other; the page says how far it is"), back=back
    )


# Why the last try of a day ended, for those that a clerk can do something about.
REASONS = {
    "night_audit_blocked": gettext_lazy("stopped: something must be settled first"),
    "busy": gettext_lazy("stopped: somebody was posting; try again"),
    "day_not_over": gettext_lazy("stopped: the day has not begun on the hotel's clocks"),
}


def _show(
    request: StaffRequest, hotel: HotelRef, found: Preview, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    closed = _closed(request, hotel)
    context = {
        "preview": found,
        "groups": _groups(hotel, found),
        "history": history(hotel_id=hotel.pk),
        "overdue": [(day, REASONS.get(day.failure, day.failure)) for day in found.overdue],
        "reasons": REASONS,
        "may_see_reports": request.actor.may(Permission.VIEW_REPORTS, hotel.pk),
        **_progress(hotel, day=found.business_date.isoformat()),
        "refusal": refusal,
        "closed_day": closed,
        "figures": result_of(hotel_id=hotel.pk, business_date=closed) if closed else None,
        "may": {
            "check_out": request.actor.may(Permission.CHECK_OUT, hotel.pk),
            "extend": request.actor.may(Permission.CHANGE_STAY, hotel.pk),
            "see_folio": request.actor.may(Money.VIEW, hotel.pk),
        },
    }
    return render_screen(
        request, "frontdesk/night_audit.html", context, part="frontdesk/_night_audit.html", status=status
    )


def _closed(request: StaffRequest, hotel: HotelRef) -> date | None:
    """The closed day whose figures are asked for."""
    try:
        day = date.fromisoformat(request.GET.get("closed", ""))
    except ValueError:
        return None
    return day if day < hotel.business_date else None


def _groups(hotel: HotelRef, found: Preview) -> list[dict[str, Any]]:
    """Blockers by kind, in the order in which they are settled."""
    groups = []
    for kind, (title, action, icon) in KINDS.items():
        mine = [blocker for blocker in found.blockers if blocker.kind == kind]
        if mine:
            rows = [{"blocker": blocker, "url": _remedy(hotel, blocker)} for blocker in mine]
            groups.append(
                {"kind": kind, "title": title, "action": action, "icon": icon, "rows": rows, "total": mine[0].total}
            )
    return groups


def _remedy(hotel: HotelRef, blocker: Blocker) -> str:
    """Where the one thing is settled."""
    if blocker.kind == "due_out":
        return reverse("frontdesk:check_out", args=[hotel.code, blocker.room_reservation_id])
    if blocker.kind == "unsettled" and blocker.folio:
        return reverse("billing:folio", args=[hotel.code, blocker.folio])
    return reverse("reservations:detail", args=[hotel.code, blocker.reservation])
