"""Screens of what is known beyond the file: fields, circle, warnings, and which fields a hotel keeps."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.guests import queries
from binzhi.guests.access import Permission
from binzhi.guests.profile import relations, services, store, warnings
from binzhi.guests.profile.catalogue import FIELDS, RecordClass
from binzhi.guests.web.profile_forms import ProfileForm, RelationForm, SwitchForm, WarningForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen


@screen(Permission.UPDATE)
@require_http_methods(["GET", "POST"])
def fields(request: StaffRequest, guest_id: int) -> HttpResponse:
    """All fields of the five classes on one page."""
    hotel = hotel_of(request)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    profile = store.profile_of(group_id=hotel.group_id, guest_id=guest_id)
    form = ProfileForm(request.POST or None, fields=store.fields_on(hotel.pk), profile=profile)
    context = {"card": card, "form": form, "may_switch": request.actor.may(Permission.MANAGE_FIELDS, hotel.pk)}
    if request.method == "GET":
        return render(request, "guests/profile_form.html", context)
    if not form.is_valid():
        return render(request, "guests/profile_form.html", context, status=422)
    try:
        services.write_profile(
            hotel_id=hotel.pk, guest_id=guest_id, values=form.values(), seen=form.seen_value(), actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return render(request, "guests/profile_form.html", context, status=refusal.status)
    toast(request, _("Saved."))
    return redirect("guests:detail", hotel.code, guest_id)


@screen(Permission.MANAGE_FIELDS)
@require_http_methods(["GET", "POST"])
def switches(request: StaffRequest) -> HttpResponse:
    """The catalogue with a switch for each field."""
    hotel = hotel_of(request)
    if request.method == "POST":
        form = SwitchForm(request.POST)
        if form.is_valid():
            services.switch_fields(
                hotel_id=hotel.pk, on=set(form.cleaned_data["on"]), actor=request.actor, now=clock.now()
            )
            toast(request, _("Saved."))
            return redirect("guests:fields", hotel.code)
    on = {field.key for field in store.fields_on(hotel.pk)}
    classes = [(of, [(field, field.key in on) for field in FIELDS if field.of == of]) for of in RecordClass]
    status = 422 if request.method == "POST" else 200
    return render(request, "guests/profile_switches.html", {"classes": classes}, status=status)


@screen(Permission.UPDATE)
@require_http_methods(["GET", "POST"])
def circle(request: StaffRequest, guest_id: int) -> HttpResponse:
    """Link another person of the file."""
    hotel = hotel_of(request)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    form = RelationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                relations.relate(
                    hotel_id=hotel.pk, guest_id=guest_id, actor=request.actor, now=clock.now(), **form.cleaned_data
                )
                toast(request, _("Noted."))
                return redirect("guests:detail", hotel.code, guest_id)
            except DomainError as refusal:
                if refusal.status == 404 and not refusal.field:
                    raise
                form.refuse(refusal)
                status = refusal.status
    context = {
        "card": card, "form": form, "circle": relations.circle_of(group_id=hotel.group_id, guest_id=guest_id),
        "other": _name_of(hotel.group_id, form["other_id"].value()),
    }  # fmt: skip
    return render(request, "guests/profile_circle.html", context, status=status)


def _name_of(group_id: int, guest_id: Any) -> str:
    text = str(guest_id or "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return ""
    try:
        return queries.guest_card(group_id=group_id, guest_id=int(text)).name
    except DomainError:
        return ""


@screen(Permission.UPDATE)
@require_POST
def end_relation(request: StaffRequest, guest_id: int, relation_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    relations.end_relation(
        hotel_id=hotel.pk, guest_id=guest_id, relation_id=relation_id, actor=request.actor, now=clock.now()
    )
    toast(request, _("The link is taken away."))
    return redirect("guests:detail", hotel.code, guest_id)


@screen(Permission.VIEW)
@require_GET
def warn(request: StaffRequest, guest_id: int) -> HttpResponse:
    """All warnings there ever were, and a form for who may warn."""
    return _warnings_page(request, guest_id, WarningForm())


@screen(Permission.WARN)
@require_POST
def raise_warning(request: StaffRequest, guest_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    form = WarningForm(request.POST)
    if not form.is_valid():
        return _warnings_page(request, guest_id, form, status=422)
    try:
        warnings.raise_warning(
            hotel_id=hotel.pk, guest_id=guest_id, actor=request.actor, now=clock.now(), **form.cleaned_data
        )
    except DomainError as refusal:
        if refusal.status == 404 and not refusal.field:
            raise
        form.refuse(refusal)
        return _warnings_page(request, guest_id, form, status=refusal.status)
    toast(request, _("Proposed: a second person has to agree.") if form.cleaned_data["blacklist"] else _("Noted."))
    return redirect("guests:warn", hotel.code, guest_id)


def _warnings_page(request: StaffRequest, guest_id: int, form: WarningForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    found = warnings.history_of(group_id=hotel.group_id, guest_id=guest_id)
    context = {"card": card, "form": form, "warnings": found, **_may_decide(request)}
    return render(request, "guests/profile_warnings.html", context, status=status)


def _may_decide(request: StaffRequest) -> dict[str, Any]:
    hotel = hotel_of(request)
    return {
        "may_warn": request.actor.may(Permission.WARN, hotel.pk),
        "may_approve": request.actor.may(Permission.APPROVE_BLACKLIST, hotel.pk),
        "me": request.actor.user_id,
    }


@screen(Permission.APPROVE_BLACKLIST)
@require_POST
def decide(request: StaffRequest, guest_id: int, warning_id: int) -> HttpResponse:
    """The second person's yes or no."""
    hotel = hotel_of(request)
    agree = request.POST.get("agree") == "1"
    warnings.decide_blacklist(
        hotel_id=hotel.pk, guest_id=guest_id, warning_id=warning_id, agree=agree, actor=request.actor, now=clock.now()
    )
    toast(request, _("The guest is on the blacklist.") if agree else _("Not put on the blacklist."))
    return redirect("guests:warn", hotel.code, guest_id)


@screen(Permission.WARN)
@require_POST
def end_warning(request: StaffRequest, guest_id: int, warning_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    warnings.end_warning(
        hotel_id=hotel.pk, guest_id=guest_id, warning_id=warning_id, actor=request.actor, now=clock.now()
    )
    toast(request, _("It counts no longer."))
    return redirect("guests:warn", hotel.code, guest_id)


@screen(Permission.APPROVE_BLACKLIST)
@require_GET
def waiting(request: StaffRequest) -> HttpResponse:
    """Blacklistings that wait for a second person."""
    group_id = hotel_of(request).group_id
    context = {"warnings": warnings.waiting(group_id=group_id), **_may_decide(request)}
    return render(request, "guests/profile_waiting.html", context)


@screen(Permission.VIEW)
@require_GET
def warned(request: StaffRequest) -> HttpResponse:
    """The warnings on a guest who was chosen in a form, by id."""
    hotel = hotel_of(request)
    chosen = request.GET.get("guest", "")
    guest_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    found = warnings.warnings_of(group_id=hotel.group_id, guest_ids=[guest_id], today=hotel.business_date)
    return render(request, "guests/_warnings.html", {"warnings": found.get(guest_id, [])})
