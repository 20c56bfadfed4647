"""Forms of what is learnt of guests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.guests.learning import Kind, Place
from binzhi.guests.observations.chips import Chip
from binzhi.guests.preferences.catalogue import OWN, catalogue
from binzhi.guests.preferences.confidence import Enough
from binzhi.guests.preferences.requests import NewPreference
from binzhi.guests.web.forms import LONGEST_TEXT, RefusingForm

DEPARTMENTS = (
    ("housekeeping", _("Housekeeping")), ("dining", _("Food and beverage")), ("front-office", _("Front office")),
)  # fmt: skip


def wish_choices(*, own: bool) -> list[tuple[str, Any]]:
    """The catalogue by kind; what is of one stay by its nature cannot be written down."""
    first: list[tuple[str, Any]] = [(OWN, _("In words of its own"))] if own else [("", _("Nothing"))]
    wishes = catalogue().wishes.values()
    for kind in Kind:
        found = [(one.code, one.label("…")) for one in wishes if one.kind == kind and not (own and one.once)]
        if found:
            first.append((str(kind.label), found))
    return first


class PreferenceForm(RefusingForm):
    """A preference written down by hand."""

    wish = forms.ChoiceField(label=pgettext_lazy("wish", "What"))
    value = forms.CharField(label=pgettext_lazy("wish", "Number"), required=False, max_length=LONGEST_TEXT)
    text = forms.CharField(label=_("In words"), required=False, max_length=LONGEST_TEXT)
    department = forms.ChoiceField(label=_("Prepared by"), choices=DEPARTMENTS, initial="housekeeping")
    never = forms.BooleanField(label=_("Not wanted: to be avoided"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wish"].choices = wish_choices(own=True)  # type: ignore[attr-defined]  # a ChoiceField

    def preference(self, guest_id: int) -> NewPreference:
        data = self.cleaned_data
        return NewPreference(
            guest_id=guest_id, wish=data["wish"], value=data["value"], text=data["text"], never=data["never"],
            kind=Kind.TABOO if data["never"] else Kind.LIKING, department=data["department"],
        )  # fmt: skip


class ChipForm(RefusingForm):
    """What phones offer for one press."""

    code = forms.CharField(label=pgettext_lazy("chip", "Code"), max_length=LONGEST_TEXT)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    name = forms.CharField(label=pgettext_lazy("chip", "Words"), max_length=LONGEST_TEXT)
    name_en = forms.CharField(label=_("In English"), required=False, max_length=LONGEST_TEXT)
    places = forms.MultipleChoiceField(
        label=_("Where"), choices=Place.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    wish = forms.ChoiceField(label=_("Means"), required=False)
    value = forms.CharField(label=pgettext_lazy("wish", "Number"), required=False, max_length=LONGEST_TEXT)
    never = forms.BooleanField(label=_("Not wanted: to be avoided"), required=False)
    once = forms.BooleanField(label=_("Of this stay only"), required=False)
    is_active = forms.BooleanField(label=_("Offered"), required=False, initial=True)
    editing = False

    def __init__(self, *args: Any, kept: Chip | None = None, **kwargs: Any) -> None:
        if kept is not None:
            first = kept.means[0] if kept.means else {}
            kwargs["initial"] = {
                "code": kept.code, "kind": kept.kind, "name": kept.name, "name_en": kept.name_en,
                "places": list(kept.places), "wish": first.get("wish", ""), "value": first.get("value", ""),
                "never": first.get("never", False), "once": kept.once, "is_active": kept.is_active,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.editing = kept is not None
        self.fields["wish"].choices = wish_choices(own=False)  # type: ignore[attr-defined]  # a ChoiceField

    def chip(self, kept: Chip | None) -> Chip:
        data = self.cleaned_data
        means: list[dict[str, Any]] = []
        if data["wish"]:
            means.append({"wish": data["wish"], "value": data["value"].strip(), "never": data["never"]})
        # A chip may mean more than the form shows: the rest stays.
        more = list(kept.means[1:]) if kept is not None and data["wish"] else []
        return Chip(
            code=data["code"].strip(), kind=data["kind"], name=data["name"], name_en=data["name_en"],
            places=tuple(data["places"]), moments=kept.moments if kept else (), means=tuple([*means, *more]),
            once=data["once"], is_active=data["is_active"],
        )  # fmt: skip


class RuleForm(RefusingForm):
    """How much is enough."""

    sightings = forms.IntegerField(label=_("Times seen"))
    stays = forms.IntegerField(label=_("On stays"))
    people = forms.IntegerField(label=_("By people"))

    def rule(self) -> Enough:
        return Enough(**{name: self.cleaned_data[name] for name in ("sightings", "stays", "people")})
