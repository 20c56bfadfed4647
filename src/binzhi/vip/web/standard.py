"""The hotel's own levels: what they are called, in which order, and what their guests find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press, status_of
from binzhi.promises.queries.protocols import protocols_of
from binzhi.promises.who import posts_of
from binzhi.property.queries import HotelRef
from binzhi.vip import queries, services
from binzhi.vip.access import Permission
from binzhi.vip.engine import SUBJECT
from binzhi.vip.enums import AmenityKind
from binzhi.vip.letters import PLACES, STANDARD
from binzhi.vip.queries import LevelView
from binzhi.vip.services.standard import HIGHEST_RANK
from binzhi.vip.web.forms import Choices, VisitForm, text
from binzhi.vip.web.wording import GREETINGS

PAGE = "vip/levels.html"
# Those that a level has or has not; the others have a class.
YES_OR_NO = (AmenityKind.BANNER, AmenityKind.BOARD)


class LevelSettingsForm(VisitForm):
    name = "level"
    aliases: Mapping[str, str] = {"name": "label", "name_en": "label_en"}
    code = text(pgettext_lazy("level", "Code"), required=True)
    label = text(gettext_lazy("Chinese name"), required=True)
    label_en = text(gettext_lazy("English name"))
    rank = forms.IntegerField(label=pgettext_lazy("level", "Order"), min_value=1, max_value=HIGHEST_RANK)
    protocol = forms.ChoiceField(label=gettext_lazy("Received by the protocol"))
    sealed = forms.BooleanField(label=gettext_lazy("The room is sealed after the last check"), required=False)
    sealed_by = forms.ChoiceField(label=gettext_lazy("Who seals"), required=False)
    fruit = text(AmenityKind.FRUIT.label)
    flowers = text(AmenityKind.FLOWERS.label)
    banner = forms.BooleanField(label=AmenityKind.BANNER.label, required=False)
    board = forms.BooleanField(label=AmenityKind.BOARD.label, required=False)
    gm = forms.ChoiceField(label=AmenityKind.GM.label, required=False, choices=[("", "—"), *GREETINGS.items()])
    fruit_note, flowers_note, gm_note = (text(gettext_lazy("in the house's words")) for _kind in range(3))
    letter = text(gettext_lazy("Letter of the general manager"), rows=7)

    def __init__(self, *args: Any, posts: Choices, protocols: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("sealed_by", [("", str(_("as the protocol says"))), *posts])
        self.choose("protocol", protocols)

    def level(self) -> services.LevelInput:
        given = self.cleaned_data
        letter = given["letter"].replace("\r\n", "\n").strip()
        return services.LevelInput(
            code=given["code"].strip(), name=given["label"], name_en=given["label_en"], rank=given["rank"],
            sealed=given["sealed"], sealed_by=given["sealed_by"], protocol=given["protocol"],
            letter="" if letter == STANDARD else letter,
            amenities={
                str(kind.value): (
                    ("yes" if given[kind.value] else "") if kind in YES_OR_NO else given[kind.value],
                    given.get(f"{kind.value}_note", ""),
                )
                for kind in AmenityKind
            },
        )  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def levels_screen(request: StaffRequest) -> HttpResponse:
    """All levels, the highest first; `?level=V2` opens one of them in the form."""
    return _page(request, request.GET.get("level", ""))


def _page(
    request: StaffRequest, chosen: str = "", *, form: LevelSettingsForm | None = None, status: int = 200
) -> HttpResponse:
    hotel = hotel_of(request)
    found = queries.levels(hotel_id=hotel.pk)
    current = next((level for level in found if level.code == chosen), None)
    posts = {code: facts.label for code, facts in posts_of(hotel.pk).items()}
    protocols = {row.code: row.title for row in protocols_of(hotel.pk) if row.subject == SUBJECT}
    context = {
        "levels": [
            {"view": level, "sealer": posts.get(level.sealed_by, ""),
             "protocol": protocols.get(level.protocol, level.protocol),
             "amenities": [{"kind": kind, "value": one[0], "note": one[1]} for kind, one in level.amenities.items()]}
            for level in sorted(found, key=lambda one: (one.is_active, one.rank), reverse=True)
        ],
        "form": form or _form(hotel, current, found),
        "chosen": current,
        "places": [f"{{{place}}}" for place in PLACES],
        "may_define": request.actor.may(Permission.DEFINE_LEVELS, hotel.pk),
    }  # fmt: skip
    return render_screen(request, PAGE, context, status=status)


def _choices(hotel: HotelRef) -> dict[str, Choices]:
    """Who can seal, by name, and the protocols for visits that are on."""
    posts = sorted(((code, facts.label) for code, facts in posts_of(hotel.pk).items()), key=lambda one: one[1])
    found = protocols_of(hotel.pk)
    return {
        "posts": posts,
        "protocols": [(row.code, row.title) for row in found if row.subject == SUBJECT and row.is_active],
    }


def _form(hotel: HotelRef, level: LevelView | None, found: list[LevelView]) -> LevelSettingsForm:
    """The level as it is, or an empty one that comes above all others."""
    if level is None:
        highest = max((one.rank for one in found if one.is_active), default=0)
        initial: dict[str, Any] = {"rank": min(highest + 1, HIGHEST_RANK), "letter": STANDARD}
    else:
        initial = {
            "code": level.code, "label": level.name, "label_en": level.name_en, "rank": level.rank,
            "sealed": level.sealed, "sealed_by": level.sealed_by, "protocol": level.protocol,
            "letter": level.letter or STANDARD,
        }  # fmt: skip
        for kind in AmenityKind:
            value, note = level.amenities.get(kind.value, ("", ""))
            initial |= {kind.value: value == "yes" if kind in YES_OR_NO else value, f"{kind.value}_note": note}
    return LevelSettingsForm(hotel=hotel, initial=initial, **_choices(hotel))


def _back(request: StaffRequest) -> str:
    return reverse("vip:levels", args=[hotel_of(request).code])


@require_POST
@screen(Permission.DEFINE_LEVELS)
def save(request: StaffRequest) -> HttpResponse:
    """A level made or written anew, with its amenities."""
    hotel = hotel_of(request)
    form = LevelSettingsForm(request.POST, hotel=hotel, **_choices(hotel))
    chosen = request.POST.get("chosen", "")
    if not form.is_valid():
        return _page(request, chosen, form=form, status=422)
    level = form.level()
    if not chosen and any(one.code == level.code and one.is_active for one in queries.levels(hotel_id=hotel.pk)):
        form.add_error("code", _("There is a level with this code already: open it in the list."))
        return _page(request, form=form, status=422)
    try:
        once(request, lambda: services.define_level(level=level, **common(request)))
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, chosen, form=form, status=status_of(refusal))
    toast(request, _("Level %(code)s is kept; visits decided from now on follow it.") % {"code": level.code})
    return go(request, _back(request))


@require_POST
@screen(Permission.DEFINE_LEVELS)
def retire(request: StaffRequest, code: str) -> HttpResponse:
    return press(
        request, lambda: services.retire_level(level=code, **common(request)),
        done=_("Level %(code)s is out of use; visits that have it keep it.") % {"code": code}, back=_back(request),
    )  # fmt: skip
