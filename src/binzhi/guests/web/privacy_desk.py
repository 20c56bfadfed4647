"""The rights desk and the watch over it: requests, words, months, and who looked at whom."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.guests.access import Permission
from binzhi.guests.privacy import consents, exporting, lookups, requests, retention
from binzhi.guests.privacy import queries as privacy_queries
from binzhi.guests.web.privacy_forms import DecideForm, MonthsForm, TextForm
from binzhi.kernel import clock
from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen

LISTED = 200
DAYS = (1, 7, 30, 90)
_TABS = (
    ("requests", "guests:privacy_requests", Permission.DECIDE_RIGHTS),
    ("lookups", "guests:lookups", Permission.REVIEW_LOOKUPS),
    ("texts", "guests:consent_texts", Permission.EDIT_CONSENT_TEXTS),
    ("retention", "guests:retention", Permission.SET_RETENTION),
)


def _tabs(request: StaffRequest, here: str) -> list[dict[str, object]]:
    hotel = hotel_of(request)
    labels = {
        "requests": _("Requests of guests"), "lookups": _("Who looked"), "texts": _("Consents"),
        "retention": _("Retention"),
    }  # fmt: skip
    return [
        {"label": labels[name], "url": reverse(url, args=[hotel.code]), "on": name == here, "count": None}
        for name, url, right in _TABS
        if request.actor.may(right, hotel.pk)
    ]


@screen(Permission.DECIDE_RIGHTS)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    return _listing(request)


def _listing(request: StaffRequest, *, refused: int = 0, refusal: str = "", status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    context = {
        "tabs": _tabs(request, "requests"), "requests": privacy_queries.requests_of_group(group_id=hotel.group_id),
        "today": hotel.local(clock.now()).date(), "me": request.actor.user_id, "refused": refused, "refusal": refusal,
    }  # fmt: skip
    return render(request, "guests/privacy_requests.html", context, status=status)


@screen(Permission.DECIDE_RIGHTS)
@require_POST
@never_cache
def decide(request: StaffRequest, request_id: int) -> HttpResponse:
    """A copy that is granted is opened from the page that follows: its secret is told once and stands in no address."""
    hotel = hotel_of(request)
    form = DecideForm(request.POST)
    form.is_valid()
    try:
        decided = requests.decide(
            hotel_id=hotel.pk, request_id=request_id, grant=form.cleaned_data["grant"],
            reason=form.cleaned_data.get("reason", ""), actor=request.actor, now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _listing(request, refused=request_id, refusal=refusal.text, status=refusal.status)
    if decided.secret:
        return render(
            request, "guests/privacy_secret.html", {"secret": decided.secret, "request_id": request_id, "hours": 72}
        )
    toast(request, _said(decided))
    return redirect("guests:privacy_requests", hotel.code)


def _said(decided: requests.Decided) -> str:
    if decided.waits_until:
        return _("The use of the file has stopped; it is erased on %(day)s.") % {
            "day": f"{decided.waits_until:%Y-%m-%d}"
        }
    return _("Not granted.") if decided.state == "refused" else _("Done: nothing of it is found any more.")


@screen(Permission.DECIDE_RIGHTS)
@require_POST
@never_cache
def copy(request: StaffRequest, request_id: int) -> HttpResponse:
    """The guest's data as a file, for the secret of a granted request."""
    found = requests.open_copy(
        hotel_id=hotel_of(request).pk, request_id=request_id, secret=request.POST.get("secret", ""),
        actor=request.actor, now=clock.now(),
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="copy-{request_id}.zip"'}
    return HttpResponse(exporting.as_zip(found), content_type="application/zip", headers=headers)


# ---------------------------------------------------------------- words and months


@screen(Permission.EDIT_CONSENT_TEXTS)
@require_GET
def texts(request: StaffRequest) -> HttpResponse:
    return _texts(request)


def _texts(request: StaffRequest, *, wrong: TextForm | None = None, status: int = 200) -> HttpResponse:
    in_force = consents.texts_in_force(group_id=hotel_of(request).group_id)
    code = wrong["purpose"].value() if wrong else ""
    rows = [{"one": one, "form": wrong if wrong and one.purpose.code == code else TextForm.of(one)} for one in in_force]
    context = {"rows": rows, "wrong": code, "tabs": _tabs(request, "texts")}
    return render(request, "guests/privacy_texts.html", context, status=status)


@screen(Permission.EDIT_CONSENT_TEXTS)
@require_POST
def publish(request: StaffRequest) -> HttpResponse:
    hotel, form = hotel_of(request), TextForm(request.POST)
    if not form.is_valid():
        return _texts(request, wrong=form, status=422)
    try:
        version = consents.publish_text(
            hotel_id=hotel.pk, purpose=form.cleaned_data["purpose"], texts=form.texts(), actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _texts(request, wrong=form, status=refusal.status)
    toast(request, _("Version %(n)s is in force; answers given before keep their words.") % {"n": version})
    return redirect("guests:consent_texts", hotel.code)


@screen(Permission.SET_RETENTION)
@require_GET
def clocks(request: StaffRequest) -> HttpResponse:
    return _clocks(request)


def _clocks(request: StaffRequest, *, wrong: MonthsForm | None = None, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    code = wrong["data_class"].value() if wrong else ""
    rows = [
        {
            "line": line,
            "form": wrong if wrong and line.data_class.code == code else MonthsForm(
                initial={"data_class": line.data_class.code, "months": line.own or line.data_class.months},
                auto_id=f"{line.data_class.code}-%s",
            ),
        }
        for line in privacy_queries.classes_of(hotel_id=hotel.pk, group_id=hotel.group_id)
    ]  # fmt: skip
    context = {"rows": rows, "tabs": _tabs(request, "retention")}
    return render(request, "guests/privacy_retention.html", context, status=status)


@screen(Permission.SET_RETENTION)
@require_POST
def set_months(request: StaffRequest) -> HttpResponse:
    hotel, form = hotel_of(request), MonthsForm(request.POST)
    if not form.is_valid():
        return _clocks(request, wrong=form, status=422)
    try:
        retention.set_retention(hotel_id=hotel.pk, actor=request.actor, now=clock.now(), **form.cleaned_data)
    except DomainError as refusal:
        form.refuse(refusal)
        return _clocks(request, wrong=form, status=refusal.status)
    toast(request, _("The clock runs with %(n)s months from tonight.") % {"n": form.cleaned_data["months"]})
    return redirect("guests:retention", hotel.code)


# ---------------------------------------------------------------- who looked at whom


@screen(Permission.REVIEW_LOOKUPS)
@require_GET
def review(request: StaffRequest) -> HttpResponse:
    """Looks into files and at masked values, with what is unusual first."""
    hotel, now = hotel_of(request), clock.now()
    days = _number(request, "days") or DAYS[1]
    days = days if days in DAYS else DAYS[1]
    asked = lookups.Asked(
        since=now - timedelta(days=days), until=now + timedelta(seconds=1), user_id=_number(request, "user"),
        guest_id=_number(request, "guest"), revealed_only=request.GET.get("see") == "revealed",
    )  # fmt: skip
    found = lookups.looks(group_id=hotel.group_id, asked=asked, limit=LISTED + 1)
    if request.GET.get("format") == "csv":
        header = [_("Time"), _("Who"), _("Whose file"), _("What was seen"), _("Reason")]
        rows = [
            (f"{hotel.local(one.at):%Y-%m-%d %H:%M}", one.username, one.guest_id, one.words, one.reason)
            for one in found
        ]
        return csv_file("looks", header, rows)
    context = {
        "tabs": _tabs(request, "lookups"), "looks": found[:LISTED], "is_full": len(found) > LISTED, "days": days,
        "choices": DAYS, "asked": asked,
        "unusual": lookups.unusual(
            group_id=hotel.group_id, since=asked.since, until=asked.until, zone=hotel.timezone
        ),
    }  # fmt: skip
    return render(request, "guests/privacy_lookups.html", context)


def _number(request: StaffRequest, name: str) -> int | None:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None
