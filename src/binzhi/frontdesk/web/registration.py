"""The registration of a stay: who is registered, what is still to be asked, the card and its signature, pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.registration import cards, completing, images, queries
from binzhi.frontdesk.registration.content import card_content
from binzhi.frontdesk.registration.enums import VisaKind
from binzhi.frontdesk.registration.paper import card_data
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.frontdesk.registration.rules import rules_of
from binzhi.frontdesk.web.forms import text
from binzhi.frontdesk.web.rack import rights
from binzhi.guests.enums import DocumentKind
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.paper import pdf
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of
from binzhi.property.queries import HotelRef

# The card is the house's own paper: in Chinese, with English beside for who comes from abroad.
LANGUAGE = "zh-hans"


class ParticularsForm(OperationForm):
    """What is asked of somebody besides name and document."""

    latin_name = text(gettext_lazy("Name as in the passport"))
    visa_kind = forms.ChoiceField(label=gettext_lazy("Visa"), choices=VisaKind.choices, required=False)
    visa_number = text(gettext_lazy("Visa number"))
    stay_until = forms.DateField(label=gettext_lazy("May stay until"), required=False, widget=forms.DateInput)
    entered_on = forms.DateField(label=gettext_lazy("Entered on"), required=False, widget=forms.DateInput)
    entry_port = text(gettext_lazy("Port of entry"))
    next_stop = text(gettext_lazy("Goes on to"))
    address = text(pgettext_lazy("registration", "Home address"))
    ethnicity = text(gettext_lazy("Ethnic group"))
    document_id = forms.TypedChoiceField(
        label=gettext_lazy("Registered by"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, documents: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = documents
        choices = [(one["id"], f"{DocumentKind(one['kind']).label} {one['number']}") for one in documents]
        self.fields["document_id"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def said(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        document_id = given.pop("document_id")
        return {"particulars": Particulars(**given), "document_id": document_id}


class SignForm(OperationForm):
    signature = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200_000)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)


@never_cache
@require_GET
@screen(Permission.CHECK_IN)
def registration_screen(request: StaffRequest, stay: int) -> HttpResponse:
    return _page(request, stay_card(hotel=hotel_of(request), room_reservation_id=stay), SignForm())


def _page(request: StaffRequest, card: StayCard, form: SignForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    of: dict[str, Any] = {"hotel_id": hotel.pk, "room_reservation_id": card.id}
    content = card_content(**of) if card.room_id else {}
    context = {
        "card": card, "form": form, "people": queries.people_of(**of), "content": content,
        "seen": cards.mark_of(content), "signed": cards.signed_cards(**of), "in_house": card.status == "in_house",
        "keeps_images": rules_of(hotel.pk).keep_images, "may": rights(request, hotel),
        "width": cards.WIDTH, "height": cards.HEIGHT,
    }  # fmt: skip
    return render_screen(request, "frontdesk/registration.html", context, status=status)


@require_POST
@screen(Permission.REGISTER)
def sign(request: StaffRequest, stay: int) -> HttpResponse:
    """The guest has signed on the screen."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, card, form, status=UNPROCESSABLE)

    def work() -> dict[str, Any]:
        number = cards.sign_card(
            room_reservation_id=stay, signature=form.cleaned_data["signature"], seen=form.cleaned_data["seen"],
            **common(request),
        )  # fmt: skip
        return {"number": number}

    try:
        once(request, work)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, card, form, status=status_of(refusal))
    toast(request, _("The card is signed and kept"))
    return go(request, _url(hotel, stay))


@never_cache
@require_GET
@screen(Permission.CHECK_IN)
def card_pdf(request: StaffRequest, stay: int) -> HttpResponse:
    """The card as PDF: `?number=2` as it was signed then; without a number as it stands now, to be signed by pen."""
    hotel = hotel_of(request)
    asked = request.GET.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    of: dict[str, Any] = {"hotel_id": hotel.pk, "room_reservation_id": stay}
    with translation.override(LANGUAGE):
        signed = cards.signed_cards(**of, number=number)[0] if number is not None else None
        content = signed.content if signed else card_content(**of)
        data = card_data(hotel=hotel, content=content, signed=signed, now=clock.now())
    headers = {"Content-Disposition": f'inline; filename="registration-{stay}.pdf"'}
    return HttpResponse(pdf("frontdesk/paper/registration.typ", data), content_type="application/pdf", headers=headers)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHECK_IN)
def person(request: StaffRequest, stay: int, registration: int) -> HttpResponse:
    """What is asked of one person besides; a report that waits for it goes out."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    who = queries.person_of(hotel_id=hotel.pk, room_reservation_id=stay, registration_id=registration)
    kept = {name: getattr(who.particulars, name, None) for name in ParticularsForm.base_fields}
    form = ParticularsForm(
        request.POST or None, initial=kept | {"document_id": who.document_id},
        documents=queries.documents_of(who.guest_id),
    )  # fmt: skip
    if request.method != "POST":
        return _person_page(request, card, who, form)
    if not form.is_valid():
        return _person_page(request, card, who, form, status=UNPROCESSABLE)
    try:
        once(request, lambda: completing.write_particulars(
            room_reservation_id=stay, registration_id=registration, **form.said(), **common(request)
        ))  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _person_page(request, card, who, form, status=status_of(refusal))
    toast(request, _("Kept. A report that waited for it goes out; what was told otherwise is corrected."))
    return go(request, _url(hotel, stay))


def _person_page(
    request: StaffRequest, card: StayCard, who: queries.RegisteredPerson, form: ParticularsForm, *, status: int = 200
) -> HttpResponse:
    context = {"card": card, "who": who, "form": form}
    return render_screen(request, "frontdesk/registration_person.html", context, status=status)


@require_POST
@screen(Permission.REGISTER)
def keep(request: StaffRequest, stay: int, registration: int) -> HttpResponse:
    """A picture of a document, where the hotel keeps them."""
    hotel = hotel_of(request)
    who = queries.person_of(hotel_id=hotel.pk, room_reservation_id=stay, registration_id=registration)
    sent = request.FILES.get("image")

    def work() -> None:
        images.keep_image(
            room_reservation_id=stay, guest_id=who.guest_id or 0, image=sent.read() if sent else b"", **common(request)
        )

    done = _("The picture is kept, sealed, and cleared after check-out.")
    return press(request, work, done=done, back=_url(hotel, stay))


@never_cache
@require_GET
@screen(Permission.SEE_IMAGES)
def image(request: StaffRequest, image_id: int) -> HttpResponse:
    """The picture itself; who looked is on record."""
    data = images.open_image(image_id=image_id, **common(request))
    return HttpResponse(data, content_type="image/jpeg", headers={"Content-Disposition": "inline"})


def _url(hotel: HotelRef, stay: int) -> str:
    return reverse("frontdesk:registration", args=[hotel.code, stay])
