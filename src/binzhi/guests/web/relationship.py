"""The relationship on screen: on the guest's page, as an account of its own, and the list of visits due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.guests import queries as files
from binzhi.guests.access import Permission
from binzhi.guests.privacy.warning import warn_of
from binzhi.guests.queries import GuestCard
from binzhi.guests.relationship import contacts, queries, services
from binzhi.guests.relationship.accounts import Account
from binzhi.guests.relationship.catalogue import MEANS, SIGNS
from binzhi.guests.sections import GuestSection
from binzhi.guests.web.forms import RefusingForm
from binzhi.guests.web.relationship_forms import AssessmentForm, CheckForm, ContactForm, MeansForm, ResultForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen

AHEAD = timedelta(days=30)
LATELY = timedelta(days=30)
LISTED = 200


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """Level, assessments, means and the next visit, for those who keep relationships."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.VIEW_RELATIONSHIP, hotel.pk):
        return None
    return GuestSection("guests/relationship_section.html", _shown(request, Account(guest_id=card.guest_id)))


def _shown(request: StaffRequest, account: Account) -> dict[str, Any]:
    """What is known of the account: four or five statements."""
    hotel = hotel_of(request)
    group_id = hotel.group_id
    found = queries.assessments(group_id=group_id, guest_id=account.guest_id) if account.guest_id is not None else []
    checks = queries.checks(group_id=group_id, account=account)
    lines = queries.contacts_of(group_id=group_id, account=account)
    last: dict[str, queries.AssessmentLine] = {}
    for one in found:
        last.setdefault(one.kind, one)
    return {
        "account": account, "check": checks[0] if checks else None, "checks": checks, "assessments": found,
        "last": list(last.values()), "means": queries.means_in_use(group_id=group_id, account=account),
        "contacts": lines, "next": next((line for line in lines if line.is_open), None), "signs_in_all": len(SIGNS),
        "means_in_all": len(MEANS), "today": hotel.local(clock.now()).date(), "url": _url(request, account),
    }  # fmt: skip


def _url(request: StaffRequest, account: Account) -> str:
    name = "guests:relationship" if account.guest_id is not None else "guests:account_relationship"
    return reverse(name, args=[hotel_of(request).code, account.subject_id])


@screen(Permission.VIEW_RELATIONSHIP)
@require_http_methods(["GET", "POST"])
def of_guest(request: StaffRequest, guest_id: int) -> HttpResponse:
    card = files.guest_card(group_id=hotel_of(request).group_id, guest_id=guest_id)
    return _account(request, Account(guest_id=guest_id), card.name)


@screen(Permission.VIEW_RELATIONSHIP)
@require_http_methods(["GET", "POST"])
def of_organisation(request: StaffRequest, organisation_id: int) -> HttpResponse:
    row = files.organisation_by_id(group_id=hotel_of(request).group_id, organisation_id=organisation_id)
    return _account(request, Account(organisation_id=organisation_id), row.name)


def _account(request: StaffRequest, account: Account, name: str) -> HttpResponse:
    if request.method == "POST":
        do = _DOINGS.get(request.POST.get("do", ""))
        if do is None:
            raise NotFound(field="do")
        return do(request, account, name)
    return _account_page(request, account, name)


def _account_page(
    request: StaffRequest, account: Account, name: str, *, status: int = 200, **forms: RefusingForm
) -> HttpResponse:
    hotel = hotel_of(request)
    owners = queries.owners(hotel_id=hotel.pk, today=hotel.local(clock.now()).date())
    shown = _shown(request, account)
    context: dict[str, Any] = {
        **shown, "name": name, "may_assess": request.actor.may(Permission.ASSESS, hotel.pk),
        "may_plan": request.actor.may(Permission.PLAN_CONTACTS, hotel.pk),
        "check_form": CheckForm(initial={"signs": shown["check"].signs if shown["check"] else []}),
        "means_form": MeansForm(), "contact_form": ContactForm(owners=owners),
        "willingness_form": AssessmentForm(kind="willingness"), "quality_form": AssessmentForm(kind="quality"),
        "sign_labels": {sign.code: sign.label for sign in SIGNS},
    }  # fmt: skip
    return render(request, "guests/relationship_account.html", {**context, **forms}, status=status)


def _kept(
    request: StaffRequest, account: Account, name: str, *, slot: str, form: RefusingForm, work: Callable[[], Any],
    said: str,
) -> HttpResponse:  # fmt: skip
    if not form.is_valid():
        return _account_page(request, account, name, status=422, **{slot: form})
    try:
        work()
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return _account_page(request, account, name, status=refusal.status, **{slot: form})
    toast(request, said)
    warn_of(request, *(str(value) for key, value in form.cleaned_data.items() if key in ("note", "purpose")))
    return redirect(_url(request, account))


def _given(request: StaffRequest, account: Account) -> dict[str, Any]:
    return {
        "hotel_id": hotel_of(request).pk, "account": account, "actor": request.actor, "now": clock.now(),
    }  # fmt: skip


def _assess(request: StaffRequest, account: Account, name: str) -> HttpResponse:
    kind = "quality" if request.POST.get("kind") == "quality" else "willingness"
    form = AssessmentForm(request.POST, kind=kind)
    if account.guest_id is None:
        raise NotFound(field="guest_id")
    guest_id = account.guest_id
    return _kept(
        request, account, name, slot=f"{kind}_form", form=form, said=_("The assessment is kept."),
        work=lambda: services.assess_guest(
            hotel_id=hotel_of(request).pk, guest_id=guest_id, kind=kind, answers=form.answers(), actor=request.actor,
            now=clock.now(),
        ),
    )  # fmt: skip


def _check(request: StaffRequest, account: Account, name: str) -> HttpResponse:
    form = CheckForm(request.POST)
    return _kept(
        request, account, name, slot="check_form", form=form, said=_("The relationship is checked."),
        work=lambda: services.check_relationship(**_given(request, account), **form.cleaned_data),
    )  # fmt: skip


def _means(request: StaffRequest, account: Account, name: str) -> HttpResponse:
    form = MeansForm(request.POST)
    return _kept(
        request, account, name, slot="means_form", form=form, said=_("In use from today."),
        work=lambda: services.use_means(**_given(request, account), **form.cleaned_data),
    )  # fmt: skip


def _plan(request: StaffRequest, account: Account, name: str) -> HttpResponse:
    hotel = hotel_of(request)
    form = ContactForm(request.POST, owners=queries.owners(hotel_id=hotel.pk, today=hotel.local(clock.now()).date()))
    return _kept(
        request, account, name, slot="contact_form", form=form, said=_("It is planned."),
        work=lambda: contacts.plan_contact(**_given(request, account), contact=form.contact()),
    )  # fmt: skip


_DOINGS = {"assess": _assess, "check": _check, "means": _means, "plan": _plan}


@screen(Permission.ASSESS)
@require_POST
def end_means(request: StaffRequest, means_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    services.end_means(hotel_id=hotel.pk, means_id=means_id, actor=request.actor, now=clock.now())
    toast(request, _("Used no more."))
    account = request.POST.get("guest", ""), request.POST.get("organisation", "")
    if account[0].isdecimal():
        return redirect("guests:relationship", hotel.code, int(account[0]))
    if account[1].isdecimal():
        return redirect("guests:account_relationship", hotel.code, int(account[1]))
    return redirect("guests:contacts", hotel.code)


# ---------------------------------------------------------------- visits due


@screen(Permission.VIEW_RELATIONSHIP)
@require_GET
def due(request: StaffRequest) -> HttpResponse:
    """Visits and calls of the hotel: what is late first; mine, or everybody's; what was done lately."""
    hotel, now = hotel_of(request), clock.now()
    today = hotel.local(now).date()
    show = request.GET.get("show", "all")
    owner = request.actor.user_id if show == "mine" else None
    lines = (
        queries.contacts_done(hotel_id=hotel.pk, since=now - LATELY, owner_id=None, limit=LISTED)
        if show == "done"
        else queries.contacts_due(hotel_id=hotel.pk, until=today + AHEAD, owner_id=owner, limit=LISTED)
    )
    words = (("all", _("All")), ("mine", _("Mine")), ("done", _("Done")))
    context = {
        "lines": lines, "today": today, "show": show, "counts": queries.due_counts(
            hotel_id=hotel.pk, today=today, owner_id=owner
        ),
        "segments": [
            {"label": label, "url": f"?show={key}", "on": key == show, "count": None} for key, label in words
        ],
        "may_plan": request.actor.may(Permission.PLAN_CONTACTS, hotel.pk),
    }  # fmt: skip
    return render(request, "guests/contacts.html", context)


@screen(Permission.PLAN_CONTACTS)
@require_http_methods(["GET", "POST"])
def result(request: StaffRequest, planned_id: int) -> HttpResponse:
    """What came of it; a page made for the phone, as it is filled in on the way back."""
    hotel = hotel_of(request)
    line = queries.contact(hotel_id=hotel.pk, contact_id=planned_id)
    if line is None:
        raise NotFound
    form = ResultForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            contacts.note_result(
                hotel_id=hotel.pk, planned_id=planned_id, result=form.outcome_of(), actor=request.actor, now=clock.now()
            )
        except DomainError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            toast(request, _("The result is kept."))
            warn_of(request, form.cleaned_data["result"])
            return redirect("guests:contacts", hotel.code)
    elif request.method == "POST":
        status = 422
    return render(request, "guests/contact_result.html", {"line": line, "form": form}, status=status)


@screen(Permission.PLAN_CONTACTS)
@require_POST
def cancel(request: StaffRequest, planned_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    contacts.cancel_contact(hotel_id=hotel.pk, planned_id=planned_id, actor=request.actor, now=clock.now())
    toast(request, _("It is called off."))
    return redirect("guests:contacts", hotel.code)
