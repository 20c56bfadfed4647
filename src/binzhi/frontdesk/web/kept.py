"""Luggage and valuables in keeping: the list, one more, moved, given out, the receipt."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.billing.printing import LANGUAGES
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NobodyThere
from binzhi.frontdesk.kept import services
from binzhi.frontdesk.kept.queries import ThingRow, moves, things
from binzhi.frontdesk.kept.receipts import receipt_pdf
from binzhi.frontdesk.kept.services import LUGGAGE, VALUABLES, KeptInput
from binzhi.frontdesk.together.queries import stay_called
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of

LONGEST = 2000


def _kinds() -> list[tuple[str, str]]:
    """In the reader's language: words of a drawing are words when they are made."""
    return [(LUGGAGE, Choice(_("Luggage"), icon="bag")), (VALUABLES, Choice(_("Valuables"), icon="shield"))]


class KeepForm(OperationForm):
    """What is left, by whom, and where it is put."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.RadioSelect, initial=LUGGAGE, choices=_kinds)
    room = forms.CharField(label=gettext_lazy("Room or reservation"), max_length=LONGEST, required=False)
    name = forms.CharField(label=gettext_lazy("Guest"), max_length=LONGEST)
    pieces = forms.IntegerField(label=gettext_lazy("Pieces"), initial=1)
    description = forms.CharField(label=gettext_lazy("What it is"), max_length=LONGEST, required=False)
    place = forms.CharField(label=gettext_lazy("Where it is"), max_length=LONGEST)
    expected_on = forms.DateField(label=gettext_lazy("Collected on"), required=False, widget=forms.DateInput)


class OutForm(OperationForm):
    """Who takes it, against which receipt; or where it is put."""

    receipt = forms.CharField(label=gettext_lazy("Number on the receipt"), max_length=LONGEST, required=False)
    collected_by = forms.CharField(label=gettext_lazy("Collected by"), max_length=LONGEST, required=False)
    place = forms.CharField(label=gettext_lazy("Where it is"), max_length=LONGEST, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=LONGEST, required=False)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.KEEP_THINGS)
def listing(request: StaffRequest) -> HttpResponse:
    """What is in keeping; a POST takes one more in."""
    hotel = hotel_of(request)
    form = KeepForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                made, _repeated = once(request, lambda: _take_in(request, form))
                toast(request, _("Taken in under %(number)s") % {"number": made.get("number", "")})
                return go(request, reverse("frontdesk:kept_thing", args=[hotel.code, made["pk"]]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    words = {
        LUGGAGE: _("Luggage"), VALUABLES: _("Valuables"), "uncollected": _("Not collected"),
        "collected": pgettext("kept", "Collected"),
    }  # fmt: skip
    state = request.GET.get("state", LUGGAGE)
    state = state if state in words else LUGGAGE
    text = request.GET.get("q", "").strip()[:40].replace("\0", "")
    context = {
        "rows": things(hotel_id=hotel.pk, text=text, state="" if text else state), "form": form, "text": text,
        "segments": [{"label": label, "url": f"?state={key}", "on": state == key} for key, label in words.items()],
    }  # fmt: skip
    return render_screen(request, "frontdesk/kept.html", context, status=status)


def _take_in(request: StaffRequest, form: KeepForm) -> dict[str, object]:
    data = dict(form.cleaned_data)
    wanted = data.pop("room").strip()[:20].upper().replace("\0", "")
    stay = stay_called(hotel_id=hotel_of(request).pk, text=wanted) if wanted else None
    if wanted and stay is None:
        raise NobodyThere
    made = services.take_in(thing=KeptInput(room_reservation_id=stay, **data), **common(request))
    return {"pk": made.pk, "number": made.number}


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.KEEP_THINGS)
def thing(request: StaffRequest, thing_id: int) -> HttpResponse:
    """One thing with its log; a POST gives it out or puts it elsewhere."""
    hotel = hotel_of(request)
    row = _row(request, thing_id)
    form = OutForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        moving = request.POST.get("form") == "move"
        if form.is_valid():
            try:
                once(request, lambda: _move(request, row, form) if moving else _give_out(request, row, form))
                words = _("It is there now") if moving else pgettext("kept things", "Given out")
                toast(request, words)
                return go(request, reverse("frontdesk:kept_thing", args=[hotel.code, thing_id]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    context = {"row": row, "log": moves(hotel_id=hotel.pk, thing_id=thing_id), "form": form}
    return render_screen(request, "frontdesk/kept_thing.html", context, status=status)


def _row(request: StaffRequest, thing_id: int) -> ThingRow:
    found = things(hotel_id=hotel_of(request).pk, thing_id=thing_id)
    if not found:
        raise NotFound
    return found[0]


def _give_out(request: StaffRequest, row: ThingRow, form: OutForm) -> None:
    data = form.cleaned_data
    services.give_out(
        thing_id=row.pk, receipt=data["receipt"], collected_by=data["collected_by"], note=data["note"],
        **common(request),
    )  # fmt: skip


def _move(request: StaffRequest, row: ThingRow, form: OutForm) -> None:
    data = form.cleaned_data
    services.move_thing(thing_id=row.pk, place=data["place"], note=data["note"], **common(request))


@require_GET
@screen(Permission.KEEP_THINGS)
def receipt(request: StaffRequest, thing_id: int) -> HttpResponse:
    """The numbered receipt as PDF."""
    row = _row(request, thing_id)
    language = request.GET.get("lang", "")
    made = receipt_pdf(
        hotel=hotel_of(request), thing=row, language=language if language in LANGUAGES else LANGUAGES[0],
        now=clock.now(),
    )  # fmt: skip
    return HttpResponse(
        made, content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.number}.pdf"'},
    )  # fmt: skip
