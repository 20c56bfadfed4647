"""The words of every kind of message, with how they look when filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from binzhi.engagement import queries
from binzhi.engagement.access import Permission
from binzhi.engagement.enums import LANGUAGE_CODES, LANGUAGES, Kind, Way
from binzhi.engagement.facts import Subject, fields_of, view_of
from binzhi.engagement.rendering import PLACES, Wording, clean_wording, fill, shipped, sms_parts
from binzhi.engagement.services import wording_of, write_template
from binzhi.engagement.web.choices import switches
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.property.queries import HotelRef

LONGEST_TEXT = 6000


class TemplateForm(forms.Form):
    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    way = forms.ChoiceField(choices=Way.choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=LONGEST_TEXT)
    body = forms.CharField(
        label=pgettext_lazy("message", "Text"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}), strip=False,
    )  # fmt: skip

    def refuse(self, refusal: DomainError) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.text)

    @property
    def wording(self) -> Wording:
        return Wording(self.cleaned_data["subject"], self.cleaned_data["body"])


def _chosen(given: Any) -> tuple[str, str, str]:
    kind, way, language = (given.get(name, "") for name in ("kind", "way", "language"))
    return (
        kind if kind in Kind.values else Kind.CONFIRMATION.value,
        way if way in Way.values else Way.EMAIL.value,
        language if language in LANGUAGE_CODES else LANGUAGE_CODES[0],
    )


@require_GET
@screen(Permission.VIEW)
def templates_screen(request: StaffRequest) -> HttpResponse:
    """`?kind=&way=&language=` opens one."""
    kind, way, language = _chosen(request.GET)
    wording, version = wording_of(hotel_id=hotel_of(request).pk, kind=kind, way=way, language=language)
    form = TemplateForm(initial={
        "kind": kind, "way": way, "language": language, "version": version, "subject": wording.subject,
        "body": wording.body,
    })  # fmt: skip
    return _page(request, form, (kind, way, language), wording)


def _page(
    request: StaffRequest, form: TemplateForm, chosen: tuple[str, str, str], wording: Wording, *, status: int = 200
) -> HttpResponse:
    hotel, (kind, way, language) = hotel_of(request), chosen
    own = queries.own_templates(hotel.pk)
    here = reverse("engagement:templates", args=[hotel.code])
    preview = sample(hotel, kind, way, language, wording)
    choices = switches(here, chosen)
    context = {
        "form": form, "kind": Kind(kind).label, "is_mail": way == Way.EMAIL, "is_own": chosen in own,
        "own_since": own.get(chosen), "preview": preview, "parts": sms_parts(preview.body), "length": len(preview.body),
        "language": language, "places": [(f"{{{one.zh}}}", f"{{{one.en}}}", one.label) for one in PLACES],
        "shipped": shipped(kind, way, language),
        **choices,
        "list": [one | {"own": sum(key[0] == one["kind"] for key in own)} for one in choices["kinds"]],
        "may_write": request.actor.may(Permission.WRITE_TEMPLATES, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "engagement/templates.html", context, status=status)


def sample(hotel: HotelRef, kind: str, way: str, language: str, wording: Wording) -> Wording:
    """The words as the guest of the last booking would get them; without any booking with the fields' names."""
    try:
        clean_wording(wording, way)
    except DomainError:
        return wording
    reservation_id = queries.latest_reservation(hotel.pk)
    if reservation_id is None:
        return fill(wording, {one.en: f"〔{one.zh}〕" for one in PLACES})
    try:
        view = view_of(hotel_id=hotel.pk, reservation_id=reservation_id)
    except NotFound:
        return wording
    subject = Subject(kind, reservation_id)
    return fill(wording, fields_of(hotel=hotel, subject=subject, view=view, language=language))


@require_POST
@screen(Permission.WRITE_TEMPLATES)
def save(request: StaffRequest) -> HttpResponse:
    """Keep the words, look at them first (`act=preview`), or take the shipped ones again (`act=shipped`)."""
    hotel, chosen = hotel_of(request), _chosen(request.POST)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _page(request, form, chosen, Wording("", ""), status=422)
    kind, way, language = chosen
    act = request.POST.get("act", "")
    wording = shipped(kind, way, language) if act == "shipped" else form.wording
    try:
        if act == "preview":
            clean_wording(wording, way)
            return _page(request, form, chosen, wording)
        once(
            request,
            lambda: write_template(
                kind=kind, way=way, language=language, wording=wording,
                expected_version=form.cleaned_data["version"], **common(request),
            ),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, form, chosen, wording, status=status_of(refusal))
    toast(request, _("The words are kept; what is written from now on uses them."))
    where = reverse("engagement:templates", args=[hotel.code])
    return go(request, f"{where}?kind={kind}&way={way}&language={language}")
