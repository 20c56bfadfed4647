"""Forms of what a rate contains and of what more people cost: a fixed number of lines, empty ones are left out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import DomainError
from binzhi.reservations import limits
from binzhi.reservations.enums import BandKind, CommissionState, PartPer, PartWhen
from binzhi.reservations.extras.queries import ExtrasRow
from binzhi.reservations.extras.services import BandInput
from binzhi.reservations.packages.queries import PartRow
from binzhi.reservations.packages.services import PartInput
from binzhi.reservations.web.forms import DateField
from binzhi.reservations.web.words import refuse

PART_LINES = 5
BAND_LINES = 4


def money_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=Decimal(0), max_digits=10, decimal_places=2, widget=forms.TextInput()
    )


class LinesForm(forms.Form):
    """Lines `part-0-name`, `part-1-name`…; a refusal at `parts.1.name` stands beside the field of the line meant."""

    prefix_of_line = ""
    many = ""

    def line(self, row: int) -> dict[str, Any]:
        start = f"{self.prefix_of_line}-{row}-"
        return {name.removeprefix(start): self[name] for name in self.fields if name.startswith(start)}

    def filled(self, rows: int, *needed: str) -> list[tuple[int, dict[str, Any]]]:
        """The lines in which something of what is `needed` was written, by their place."""
        values, found = self.cleaned_data, []
        for row in range(rows):
            start = f"{self.prefix_of_line}-{row}-"
            line = {name.removeprefix(start): value for name, value in values.items() if name.startswith(start)}
            if any(line.get(name) not in (None, "") for name in needed):
                found.append((row, line))
        return found

    def require(self, row: int, line: dict[str, Any], *names: str) -> None:
        for name in names:
            field = f"{self.prefix_of_line}-{row}-{name}"
            if line.get(name) in (None, "") and field not in self.errors:
                self.add_error(field, gettext("Fill this in, or leave the whole line empty."))

    def refuse(self, refusal: DomainError, places: Sequence[int]) -> None:
        head, _dot, rest = refusal.field.partition(".")
        place, _dot, name = rest.partition(".")
        field = f"{self.prefix_of_line}-{places[int(place)]}-{name}" if head == self.many and place.isdigit() else ""
        if field in self.fields:
            self.add_error(field, refusal.text)
        else:
            refuse(self, refusal)


class PartsForm(LinesForm):
    """What the price of a rate contains."""

    prefix_of_line, many = "part", "parts"

    def __init__(self, *args: Any, codes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(PART_LINES):
            at = f"part-{row}-"
            self.fields[at + "name"] = forms.CharField(
                label=pgettext_lazy("part of a package", "Part"), max_length=40, required=False
            )
            self.fields[at + "name_en"] = forms.CharField(label=_("Name in English"), max_length=60, required=False)
            self.fields[at + "charge_code"] = forms.ChoiceField(
                label=_("Posted as"), choices=[("", "–"), *codes], required=False
            )
            self.fields[at + "per"] = forms.ChoiceField(
                label=_("For whom"), choices=PartPer.choices, required=False, initial=PartPer.PERSON.value
            )
            self.fields[at + "frequency"] = forms.ChoiceField(
                label=pgettext_lazy("part of a package", "When"), choices=PartWhen.choices, required=False
            )
            self.fields[at + "amount"] = money_field(_("Room or adult"))
            self.fields[at + "child_amount"] = money_field(_("A child"))

    @staticmethod
    def initial_of(parts: Sequence[PartRow]) -> dict[str, Any]:
        names = ("name", "name_en", "charge_code", "per", "frequency", "amount", "child_amount")
        return {
            f"part-{row}-{name}": getattr(part, name) for row, part in enumerate(parts[:PART_LINES]) for name in names
        }

    def lines(self) -> list[dict[str, Any]]:
        return [self.line(row) for row in range(PART_LINES)]

    def _given(self) -> list[tuple[int, dict[str, Any]]]:
        return self.filled(PART_LINES, "name", "charge_code", "amount")

    def clean(self) -> dict[str, Any]:
        for row, line in self._given():
            self.require(row, line, "name", "charge_code", "amount")
        return self.cleaned_data

    @property
    def places(self) -> list[int]:
        return [row for row, _line in self._given()]

    @property
    def parts(self) -> list[PartInput]:
        return [
            PartInput(
                charge_code=line["charge_code"], name=line["name"], name_en=line["name_en"], amount=line["amount"],
                child_amount=line["child_amount"] or Decimal(0), per=line["per"] or PartPer.PERSON.value,
                frequency=line["frequency"] or PartWhen.NIGHT.value,
            )
            for _row, line in self._given()
        ]  # fmt: skip


class ExtrasForm(LinesForm):
    """What an extra bed and children of each age cost a night."""

    prefix_of_line, many = "band", "bands"

    bed_price = money_field(_("Extra bed, a night"))
    most_beds = forms.TypedChoiceField(
        label=_("At most"), choices=[(n, n) for n in range(1, limits.MOST_BEDS + 1)], coerce=int, initial=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(BAND_LINES):
            at = f"band-{row}-"
            for name, label in (("from_age", _("From age")), ("until_age", _("to age"))):
                self.fields[at + name] = forms.IntegerField(
                    label=label, min_value=0, max_value=limits.OLDEST_CHILD, required=False
                )
            self.fields[at + "kind"] = forms.ChoiceField(label=_("Sleeps"), choices=BandKind.choices, required=False)
            self.fields[at + "amount"] = money_field(_("a night"))

    @staticmethod
    def initial_of(row: ExtrasRow) -> dict[str, Any]:
        bands = {
            f"band-{place}-{name}": getattr(band, name)
            for place, band in enumerate(row.bands[:BAND_LINES])
            for name in ("from_age", "until_age", "kind", "amount")
        }
        return {"bed_price": row.bed_price, "most_beds": row.most_beds} | bands

    def lines(self) -> list[dict[str, Any]]:
        return [self.line(row) for row in range(BAND_LINES)]

    def _given(self) -> list[tuple[int, dict[str, Any]]]:
        return self.filled(BAND_LINES, "from_age", "until_age", "amount")

    def clean(self) -> dict[str, Any]:
        for row, line in self._given():
            self.require(row, line, "from_age", "until_age")
        return self.cleaned_data

    @property
    def places(self) -> list[int]:
        return [row for row, _line in self._given()]

    @property
    def bands(self) -> list[BandInput]:
        return [
            BandInput(
                from_age=line["from_age"], until_age=line["until_age"], kind=line["kind"] or BandKind.FREE.value,
                amount=line["amount"] or Decimal(0),
            )
            for _row, line in self._given()
        ]  # fmt: skip


class CommissionForm(forms.Form):
    """What an agency is promised from a day on."""

    organisation = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    organisation_text = forms.CharField(label=_("Company or agency"), required=False)
    rate_plan = forms.ChoiceField(label=_("Rate"), required=False)
    percent = forms.DecimalField(
        label=_("Per cent of room revenue"), max_digits=5, decimal_places=2, widget=forms.TextInput()
    )
    from_date = DateField(label=_("For arrivals from"))

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("organisation"):
            self.add_error("organisation_text", gettext("Choose the company from the list."))
        return self.cleaned_data


class SettleForm(forms.Form):
    """Stays whose commission was paid, or is waived with a reason."""

    stay = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _("Choose the stays first.")}, widget=forms.CheckboxSelectMultiple
    )
    state = forms.ChoiceField(choices=CommissionState.choices)
    reason = forms.CharField(label=_("Reason, when waived"), max_length=200, required=False)

    def __init__(self, *args: Any, stays: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stay"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(stay), str(stay)) for stay in stays]
