"""How the hotel sends: mail server, gateway, what goes out by itself and when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import AUTOMATIC, Route, Security, Way
from binzhi.engagement.services import MessagingInput, send_test, set_up_messages
from binzhi.engagement.settings import MessagingRef, messaging_of
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of

LONGEST = 400
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
SECRETS = ("smtp_password", "sms_key")


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST)


def _secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class SettingsForm(forms.Form):
    """Secrets are never shown: left empty they stay as they are."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    email_on = forms.BooleanField(label=gettext_lazy("Send e-mail"), required=False)
    smtp_host = _text(gettext_lazy("Mail server"))
    smtp_port = forms.IntegerField(label=gettext_lazy("Port"))
    smtp_security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=Security.choices)
    smtp_user = _text(gettext_lazy("Signs in as"))
    smtp_password = _secret(gettext_lazy("Password"))
    from_address = _text(gettext_lazy("Sender's address"))
    sms_on = forms.BooleanField(label=gettext_lazy("Send text messages"), required=False)
    sms_url = _text(gettext_lazy("Address of the gateway"))
    sms_key = _secret(gettext_lazy("Key of the gateway"))
    sms_signature = _text(gettext_lazy("Signature before every text"))
    automatic = forms.MultipleChoiceField(
        label=gettext_lazy("Goes out by itself"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in AUTOMATIC],
    )  # fmt: skip
    route = forms.ChoiceField(label=gettext_lazy("Which way"), choices=Route.choices, widget=forms.RadioSelect)
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), widget=_TIME)
    quiet_until = forms.TimeField(label=gettext_lazy("until"), widget=_TIME)
    reminder_days = forms.IntegerField(label=gettext_lazy("Reminder: days before arrival"))
    reminder_at = forms.TimeField(label=gettext_lazy("at"), widget=_TIME)

    def refuse(self, refusal: DomainError) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.text)

    def messaging(self) -> MessagingInput:
        given = dict(self.cleaned_data)
        given["expected_version"] = given.pop("version")
        given["automatic"] = tuple(given["automatic"])
        return MessagingInput(**given | {name: given[name] or None for name in SECRETS})


class TestForm(forms.Form):
    """Where a test message goes."""

    __test__ = False
    way = forms.ChoiceField(label=gettext_lazy("Way"), choices=Way.choices, initial=Way.EMAIL)
    to = forms.CharField(label=gettext_lazy("To this address or number"), max_length=LONGEST)

    def refuse(self, refusal: DomainError) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.text)


def _initial(kept: MessagingRef | None) -> dict[str, Any]:
    source = kept or MessagingInput(automatic=tuple(one.value for one in AUTOMATIC[:2]))
    names = [name for name in SettingsForm.base_fields if name not in (*SECRETS, "version")]
    return {name: getattr(source, name) for name in names} | {"version": kept.version if kept else 0}


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_UP)
def settings_screen(request: StaffRequest) -> HttpResponse:
    hotel = hotel_of(request)
    kept = messaging_of(hotel.pk)
    if request.method == "GET":
        return _page(request, SettingsForm(initial=_initial(kept)), kept)
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, kept, status=422)
    try:
        once(request, lambda: set_up_messages(messaging=form.messaging(), **common(request)) and None)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, form, kept, status=status_of(refusal))
    toast(request, _("Kept. What waits goes out this way from the next try on."))
    return go(request, reverse("engagement:settings", args=[hotel.code]))


@require_POST
@screen(Permission.SET_UP)
def try_out(request: StaffRequest) -> HttpResponse:
    """A test message, at once, with the settings that are kept."""
    hotel, form = hotel_of(request), TestForm(request.POST)
    kept = messaging_of(hotel.pk)
    settings = SettingsForm(initial=_initial(kept))
    if not form.is_valid():
        return _page(request, settings, kept, test=form, status=422)
    try:
        once(request, lambda: send_test(**form.cleaned_data, **common(request)) and None)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, settings, kept, test=form, status=status_of(refusal))
    toast(request, _("The test message was taken. See whether it arrives."))
    return go(request, reverse("engagement:settings", args=[hotel.code]))


def _page(
    request: StaffRequest, form: SettingsForm, kept: MessagingRef | None, *, test: TestForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "test": test or TestForm(), "can_test": bool(kept and kept.ways),
        "has_password": bool(kept and kept.smtp_password_sealed),
        "has_key": bool(kept and kept.sms_key_sealed),
    }  # fmt: skip
    return render_screen(request, "engagement/settings.html", context, status=status)
