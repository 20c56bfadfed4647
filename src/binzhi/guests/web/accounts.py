"""The page of an organisation: agreement, credit, what it brings, whom one speaks to, its fields."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.guests.access import Permission
from binzhi.guests.facts import production_of
from binzhi.guests.profile import accounts, services, store
from binzhi.guests.profile.catalogue import ORGANISATION_FIELDS, Kind
from binzhi.guests.queries import OrganisationRow, organisation_by_id
from binzhi.guests.web.profile_forms import AccountForm, ContactForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen


def _organisation(request: StaffRequest, organisation_id: int) -> OrganisationRow:
    return organisation_by_id(group_id=hotel_of(request).group_id, organisation_id=organisation_id)


@screen(Permission.VIEW)
@require_GET
def detail(request: StaffRequest, organisation_id: int) -> HttpResponse:
    return _detail(request, organisation_id, ContactForm())


def _detail(request: StaffRequest, organisation_id: int, form: ContactForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    organisation = _organisation(request, organisation_id)
    profile = store.organisation_profile(group_id=hotel.group_id, organisation_id=organisation_id)
    known = []
    for field in ORGANISATION_FIELDS:
        text = profile.text(field.key)
        if text:
            known.append((field.label, dict(field.choices).get(text, text) if field.kind is Kind.CHOICE else text))
    context = {
        "organisation": organisation,
        "state": organisation.contract_state(hotel.business_date),
        "known": known,
        "years": production_of(hotel.group_id, organisation_id),
        "contacts": accounts.contacts_of(group_id=hotel.group_id, organisation_id=organisation_id),
        "members": accounts.members_of(group_id=hotel.group_id, organisation_id=organisation_id),
        "form": form,
        "may_manage": request.actor.may(Permission.MANAGE_ORGANISATIONS, hotel.pk),
    }
    return render(request, "guests/account.html", context, status=status)


@screen(Permission.MANAGE_ORGANISATIONS)
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, organisation_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    organisation = _organisation(request, organisation_id)
    profile = store.organisation_profile(group_id=hotel.group_id, organisation_id=organisation_id)
    form = AccountForm(request.POST or None, organisation=organisation, profile=profile)
    context = {"organisation": organisation, "form": form}
    if request.method == "GET":
        return render(request, "guests/account_form.html", context)
    if not form.is_valid():
        return render(request, "guests/account_form.html", context, status=422)
    try:
        services.write_organisation(
            hotel_id=hotel.pk, organisation_id=organisation_id, values=form.values(), seen=form.seen_value(),
            actor=request.actor, now=clock.now(), **form.terms(),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return render(request, "guests/account_form.html", context, status=refusal.status)
    toast(request, _("Saved."))
    return redirect("guests:account", hotel.code, organisation_id)


@screen(Permission.MANAGE_ORGANISATIONS)
@require_POST
def add_contact(request: StaffRequest, organisation_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _detail(request, organisation_id, form, status=422)
    try:
        services.add_contact(
            hotel_id=hotel.pk, organisation_id=organisation_id, actor=request.actor, now=clock.now(),
            **form.cleaned_data,
        )  # fmt: skip
    except DomainError as refusal:
        if refusal.status == 404 and not refusal.field:
            raise
        form.refuse(refusal)
        return _detail(request, organisation_id, form, status=refusal.status)
    toast(request, _("Noted."))
    return redirect("guests:account", hotel.code, organisation_id)


@screen(Permission.MANAGE_ORGANISATIONS)
@require_POST
def end_contact(request: StaffRequest, organisation_id: int, contact_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    services.end_contact(
        hotel_id=hotel.pk, organisation_id=organisation_id, contact_id=contact_id, actor=request.actor, now=clock.now()
    )
    toast(request, _("No longer a contact."))
    return redirect("guests:account", hotel.code, organisation_id)
