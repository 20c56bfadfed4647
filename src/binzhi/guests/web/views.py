"""Screens of the guest file: find, see, open, change, add a document, look at a masked value."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.guests import queries, services
from binzhi.guests.access import Permission
from binzhi.guests.errors import DuplicateDocument
from binzhi.guests.merging.queries import current_file
from binzhi.guests.phones import show_phone
from binzhi.guests.privacy import lookups
from binzhi.guests.privacy.warning import warn_of
from binzhi.guests.profile import warnings
from binzhi.guests.web.forms import DocumentForm, GuestForm, RevealForm
from binzhi.guests.web.page import page_context
from binzhi.guests.web.privacy import closed
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import once

SUGGESTIONS = 8
LISTED = 30
REVEAL_SECONDS = 30


@screen(Permission.VIEW)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    """Guests found by what is typed; with an empty box those who stayed last."""
    hotel = hotel_of(request)
    group_id, today = hotel.group_id, hotel.business_date
    text = request.GET.get("q", "").strip()
    found = _search(request, text, LISTED) if text else None
    context = {
        "q": text,
        "guests": queries.recent_guests(group_id=group_id, limit=LISTED, today=today) if found is None else found,
        "is_full": found is not None and len(found) == LISTED,
        "may_create": request.actor.may(Permission.CREATE, hotel.pk),
        "waiting": len(warnings.waiting(group_id=group_id))
        if not text and request.actor.may(Permission.APPROVE_BLACKLIST, hotel.pk)
        else 0,
        "may_merge": request.actor.may(Permission.MERGE, hotel.pk),
        "may_import": request.actor.may(Permission.IMPORT, hotel.pk),
    }
    return render_screen(request, "guests/list.html", context, part="guests/_list.html")


def _search(request: StaffRequest, text: str, limit: int) -> list[queries.GuestHit]:
    """Found, and noted where it was looked for by a whole phone or document number."""
    hotel = hotel_of(request)
    hits = queries.search_guests(
        group_id=hotel.group_id, text=text, limit=limit, hotel_id=hotel.pk, today=hotel.business_date
    )
    lookups.note_search(
        hotel=hotel, text=text, guest_ids=[hit.guest_id for hit in hits], actor=request.actor, now=clock.now()
    )
    return hits


@screen(Permission.VIEW)
@require_GET
def suggest(request: StaffRequest) -> HttpResponse:
    """Options of a type-ahead box. `new=1` ends them with "new guest"."""
    text = request.GET.get("q", "").strip()
    context = {
        "q": text,
        "guests": _search(request, text, SUGGESTIONS),
        "offers_new": bool(text) and request.GET.get("new") == "1",
    }
    return render(request, "guests/_options.html", context)


@screen(Permission.VIEW)
@require_GET
def detail(request: StaffRequest, guest_id: int) -> HttpResponse:
    """The address of a file that was joined into another leads there."""
    standing = current_file(group_id=hotel_of(request).group_id, guest_id=guest_id)
    if standing != guest_id:
        return redirect("guests:detail", hotel_of(request).code, standing)
    if (page := closed(request, guest_id)) is not None:
        return page
    answer = _detail(request, guest_id)
    lookups.note_opened(hotel=hotel_of(request), guest_id=guest_id, actor=request.actor, now=clock.now())
    return answer


def _detail(
    request: StaffRequest, guest_id: int, *, document_form: DocumentForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {**page_context(request, guest_id), "document_form": document_form, **more}
    return render(request, "guests/detail.html", context, status=status)


@screen(Permission.CREATE)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    hotel = hotel_of(request)
    may_set_level = request.actor.may(Permission.SET_VIP_LEVEL, hotel.pk)
    if request.method == "GET":
        return _form_page(request, GuestForm(hotel_id=hotel.pk, may_set_level=may_set_level))
    form = GuestForm(request.POST, hotel_id=hotel.pk, may_set_level=may_set_level)
    if not form.is_valid():
        return _form_page(request, form, status=422)

    def work() -> dict[str, Any]:
        guest_id = services.create_guest(
            hotel_id=hotel.pk, details=form.details(), actor=request.actor, now=clock.now()
        )
        return {"guest_id": guest_id}

    try:
        answer, _repeated = once(request, work)
    except DomainError as refusal:
        form.refuse(refusal)
        return _form_page(request, form, status=refusal.status)
    toast(request, _("The guest file is open."))
    warn_of(request, form.cleaned_data["note"])
    return redirect("guests:detail", hotel.code, answer["guest_id"])


@screen(Permission.UPDATE)
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, guest_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    may_set_level = request.actor.may(Permission.SET_VIP_LEVEL, hotel.pk)
    if request.method == "GET":
        return _form_page(request, GuestForm(hotel_id=hotel.pk, may_set_level=may_set_level, card=card), card=card)
    form = GuestForm(request.POST, hotel_id=hotel.pk, may_set_level=may_set_level, card=card)
    if not form.is_valid():
        return _form_page(request, form, card=card, status=422)
    try:
        services.update_guest(
            hotel_id=hotel.pk, guest_id=guest_id, details=form.details(),
            expected_version=form.cleaned_data["version"] or 0, actor=request.actor, now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _form_page(request, form, card=card, status=refusal.status)
    toast(request, _("Saved."))
    warn_of(request, form.cleaned_data["note"])
    return redirect("guests:detail", hotel.code, guest_id)


def _form_page(
    request: StaffRequest, form: GuestForm, *, card: queries.GuestCard | None = None, status: int = 200
) -> HttpResponse:
    organisation_id = form["organisation_id"].value()
    organisation = ""
    if organisation_id and str(organisation_id).isdecimal():
        try:
            organisation = queries.organisation_by_id(
                group_id=hotel_of(request).group_id, organisation_id=int(organisation_id)
            ).name
        except DomainError:
            organisation = ""
    context = {"form": form, "card": card, "organisation": organisation}
    return render(request, "guests/form.html", context, status=status)


@screen(Permission.UPDATE)
@require_http_methods(["GET", "POST"])
def add_document(request: StaffRequest, guest_id: int) -> HttpResponse:
    """The form, on the page or alone. A document that another file has already is answered with a link to that file."""
    hotel = hotel_of(request)
    if request.method == "GET":
        if not wants_part(request):
            return _detail(request, guest_id, document_form=DocumentForm())
        card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
        return render(request, "guests/_document_form.html", {"card": card, "document_form": DocumentForm()})
    form = DocumentForm(request.POST)
    if not form.is_valid():
        return _detail(request, guest_id, document_form=form, status=422)
    try:
        services.add_document(
            hotel_id=hotel.pk, guest_id=guest_id, document=form.document(), actor=request.actor, now=clock.now()
        )
    except DuplicateDocument as twin:
        form.refuse(twin)
        other = queries.guest_card(group_id=hotel.group_id, guest_id=twin.guest_id)
        return _detail(request, guest_id, document_form=form, twin=other, status=twin.status)
    except DomainError as refusal:
        if not refusal.field:
            raise
        form.refuse(refusal)
        return _detail(request, guest_id, document_form=form, status=refusal.status)
    toast(request, _("The document is in the file."))
    return redirect("guests:detail", hotel.code, guest_id)


@screen(Permission.REVEAL)
@require_http_methods(["GET", "POST"])
@never_cache
def reveal(request: StaffRequest, guest_id: int) -> HttpResponse:
    """GET asks why; POST shows the value for half a minute and records the look."""
    hotel = hotel_of(request)
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    if request.method == "GET":
        form = RevealForm(initial={"what": request.GET.get("what", ""), "reason": "registration"})
        return _reveal_part(request, card, form=form)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _reveal_part(request, card, form=form, status=422)
    what: str = form.cleaned_data["what"]
    try:
        value = services.reveal(
            hotel_id=hotel.pk, guest_id=guest_id, what=what, reason=form.reason_text(), actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _reveal_part(request, card, form=form, status=refusal.status)
    return _reveal_part(request, card, value=show_phone(value) if what == services.PHONE else value)


def _reveal_part(
    request: StaffRequest,
    card: queries.GuestCard,
    *,
    form: RevealForm | None = None,
    value: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"card": card, "form": form, "value": value, "seconds": REVEAL_SECONDS}
    page = "guests/_reveal.html" if wants_part(request) else "guests/reveal.html"
    response = render(request, page, context, status=status)
    if value and not wants_part(request):
        # Without script the page leaves by itself.
        away = reverse("guests:detail", args=[hotel_of(request).code, card.guest_id])
        response["Refresh"] = f"{REVEAL_SECONDS}; url={away}"
    return response


@screen(Permission.VIEW)
@require_GET
def nothing(request: StaffRequest) -> HttpResponse:
    """What takes the place of a revealed value when its time is over."""
    return HttpResponse("")
