"""Reports to the police: what is owed and until when, what was sent back, receipts; how the hotel reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.police import outcomes, queries
from binzhi.frontdesk.police.regions import ALSO, FIELDS, REGIONS
from binzhi.frontdesk.police.sending import PARTNER
from binzhi.frontdesk.police.settings import LinkInput, LinkRef, link_of, set_up_police
from binzhi.frontdesk.web.forms import text
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.connecting import Setting, connect, key_field
from binzhi.people.web.posting import common, once, press, status_of

TABS = (queries.OWED_TAB, queries.OVERDUE_TAB, queries.HELD_TAB, queries.RECEIVED_TAB, "")
LONGEST_ID = 18


class LinkForm(OperationForm):
    """The key is never shown: left empty it stays as it is. Limits left empty are the region's."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_on = forms.BooleanField(label=gettext_lazy("Report guests to the police"), required=False)
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), choices=[(one.code, one.label) for one in REGIONS.values()]
    )
    station = text(gettext_lazy("The hotel's code with the police"))
    url = text(gettext_lazy("Address of the police's system"))
    key = key_field(gettext_lazy("Key of the police's system"))
    also_asks = forms.MultipleChoiceField(
        label=gettext_lazy("The local police ask for as well"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, FIELDS[name]) for name in ALSO],
    )  # fmt: skip
    alarm_minutes = forms.IntegerField(label=gettext_lazy("Alarm after"))
    limit_minutes = forms.IntegerField(label=gettext_lazy("Limit for residents"), required=False)
    foreign_minutes = forms.IntegerField(label=gettext_lazy("Limit for guests from abroad"), required=False)

    def link(self) -> LinkInput:
        given = dict(self.cleaned_data)
        given["expected_version"] = given.pop("version")
        given["also_asks"] = tuple(given["also_asks"])
        return LinkInput(**given | {"key": given["key"] or None})


class ReceiptForm(OperationForm):
    receipt = text(gettext_lazy("Receipt, or who took it"))


@never_cache
@require_GET
@screen(Permission.SEE_REPORTS)
def reports_screen(request: StaffRequest) -> HttpResponse:
    """`?tab=overdue`; `?before=`: older ones."""
    hotel, now = hotel_of(request), clock.now()
    tab = request.GET.get("tab", queries.OWED_TAB)
    tab = tab if tab in TABS else queries.OWED_TAB
    before = request.GET.get("before", "")
    rows = queries.reports(
        hotel_id=hotel.pk, now=now, tab=tab,
        before=int(before) if before.isascii() and before.isdigit() and len(before) <= LONGEST_ID else None,
    )  # fmt: skip
    counted, link = queries.owed(hotel_id=hotel.pk, now=now), link_of(hotel.pk)
    pages = tab in ("", queries.RECEIVED_TAB)
    context = {
        "rows": rows, "tab": tab, "tabs": _tabs(hotel.code, tab, counted), "counted": counted, "link": link,
        "older": f"?tab={tab}&before={rows[-1].id}" if pages and len(rows) == queries.PAGE else "",
        "by_hand": link is not None and link.is_on and not link.url, **_may(request),
    }  # fmt: skip
    return render_screen(request, "frontdesk/police.html", context)


def _tabs(code: str, chosen: str, counted: queries.Owed) -> list[dict[str, Any]]:
    here = reverse("frontdesk:police", args=[code])
    words = {
        queries.OWED_TAB: (pgettext("police reports", "Owed"), counted.owed),
        queries.OVERDUE_TAB: (pgettext("police reports", "Overdue"), counted.overdue),
        queries.HELD_TAB: (pgettext("police reports", "To mend"), counted.held),
        queries.RECEIVED_TAB: (pgettext("police reports", "Received"), None), "": (_("All"), None),
    }  # fmt: skip
    return [
        {"label": label, "url": f"{here}?tab={tab}", "on": tab == chosen, "count": count or None}
        for tab, (label, count) in words.items()
    ]


def _may(request: StaffRequest) -> dict[str, bool]:
    hotel = hotel_of(request)
    return {
        "may_settle": request.actor.may(Permission.SETTLE_REPORTS, hotel.pk),
        "may_set": request.actor.may(Permission.SET_POLICE, hotel.pk),
        "may_complete": request.actor.may(Permission.CHECK_IN, hotel.pk),
    }


@never_cache
@require_GET
@screen(Permission.SEE_REPORTS)
def report_screen(request: StaffRequest, report_id: int) -> HttpResponse:
    return _report_page(request, report_id, ReceiptForm())


def _report_page(request: StaffRequest, report_id: int, form: ReceiptForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    view = queries.report_view(hotel_id=hotel.pk, report_id=report_id, now=clock.now())
    context = {
        "view": view, "row": view.row, "form": form,
        "reservation": reverse("reservations:detail", args=[hotel.code, view.row.number]), **_may(request),
    }  # fmt: skip
    return render_screen(request, "frontdesk/police_report.html", context, status=status)


@require_POST
@screen(Permission.SETTLE_REPORTS)
def again(request: StaffRequest, report_id: int) -> HttpResponse:
    return press(
        request, lambda: outcomes.send_again(report_id=report_id, **common(request)),
        done=_("It is reported again at once."), back=_back(request, report_id),
    )  # fmt: skip


@require_POST
@screen(Permission.SETTLE_REPORTS)
def by_hand(request: StaffRequest, report_id: int) -> HttpResponse:
    """It was reported another way."""
    form = ReceiptForm(request.POST)
    form.full_clean()
    try:
        once(request, lambda: outcomes.note_by_hand(
            report_id=report_id, receipt=form.cleaned_data.get("receipt", ""), **common(request)
        ))  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _report_page(request, report_id, form, status=status_of(refusal))
    toast(request, _("Noted as received."))
    return go(request, _back(request, report_id))


def _back(request: StaffRequest, report_id: int) -> str:
    return reverse("frontdesk:police_report", args=[hotel_of(request).code, report_id])


_MINUTES = {"unit": gettext_lazy("min"), "hint": gettext_lazy("empty: as the region says")}
SETTING = Setting(
    partner=PARTNER, done="frontdesk:police_settings",
    said=gettext_lazy("Kept. Reports that wait go out this way from the next try on."),
    by_hand=gettext_lazy("empty: receipts are noted by hand"), aside="frontdesk/_police_regions.html",
    looks={
        "also_asks": {"across": True}, "alarm_minutes": {"unit": gettext_lazy("min")}, "limit_minutes": _MINUTES,
        "foreign_minutes": _MINUTES,
    },
)  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.SET_POLICE)
def settings_screen(request: StaffRequest) -> HttpResponse:
    kept = link_of(hotel_of(request).pk)
    form = LinkForm(request.POST or None, initial=_initial(kept))
    return connect(
        request, SETTING, form=form, save=lambda: set_up_police(link=form.link(), **common(request)),
        has_key=bool(kept and kept.key_sealed),
        regions=[(one.label, one.limit_minutes, one.foreign_minutes) for one in REGIONS.values()],
    )  # fmt: skip


def _initial(kept: LinkRef | None) -> dict[str, Any]:
    if kept is None:
        return {"version": 0, "alarm_minutes": 30, "region": "national"}
    return {name: getattr(kept, name) for name in LinkForm.base_fields if name != "key"}
