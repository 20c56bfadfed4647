"""Forms of groups: particulars, the grid of rooms by type and night, naming people by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from binzhi.property.queries import RoomTypeRef
from binzhi.reservations.blocks.checks import MOST_ROOMS, NAME_LIMIT, NOTE_LIMIT, REASON_LIMIT
from binzhi.reservations.blocks.queries import BlockView, Choices
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.enums import BlockStatus
from binzhi.reservations.limits import LARGEST_PRICE
from binzhi.reservations.web.forms import DateField

PRICES = ("price", "single_price", "extra_adult")
FIRST_STATUSES = (BlockStatus.TENTATIVE, BlockStatus.INQUIRY, BlockStatus.DEFINITE)


class BlockForm(forms.Form):
    """A group's particulars."""

    name = forms.CharField(label=_("Group"), max_length=NAME_LIMIT, error_messages={"required": _("Name the group.")})
    arrival = DateField(label=_("Arrival"))
    departure = DateField(label=_("Departure"))
    cut_off = DateField(
        label=_("Cut-off"), required=False, help_text=_("Last day to name people; then the rest is released.")
    )
    rate_plan = forms.ChoiceField(label=pgettext_lazy("of a reservation", "Rate"))
    organisation = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    organisation_text = forms.CharField(label=_("Company or agency"), required=False)
    guest = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    guest_text = forms.CharField(label=_("Contact"), required=False)
    market = forms.ChoiceField(label=_("Market"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
    status = forms.ChoiceField(
        label=_("State"), choices=[(each.value, each.label) for each in FIRST_STATUSES], required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (
            ("rate_plan", list(choices.plans)), ("market", [("", "–"), *choices.markets]),
            ("source", [("", "–"), *choices.sources]),
        ):  # fmt: skip
            asked = self.fields[name]
            assert isinstance(asked, forms.ChoiceField)
            asked.choices = offered

    def clean(self) -> dict[str, Any]:
        """What was typed but not found must not be lost without a word."""
        values: dict[str, Any] = self.cleaned_data
        for name, words in (
            ("organisation", _("Choose the company from the list, or leave the field empty.")),
            ("guest", _("Choose the person from the list, or leave the field empty.")),
        ):
            if not values.get(f"{name}_text"):
                values[name] = None
            elif not values.get(name):
                self.add_error(f"{name}_text", str(words))
        return values

    @classmethod
    def initial_of(cls, view: BlockView) -> dict[str, Any]:
        names = (
            "name",
            "arrival",
            "departure",
            "cut_off",
            "rate_plan",
            "market",
            "source",
            "note",
            "version",
            "status",
        )
        return {name: getattr(view, name) for name in names} | {
            "organisation": view.organisation_id, "organisation_text": view.organisation,
            "guest": view.guest_id, "guest_text": view.guest,
        }  # fmt: skip

    @property
    def details(self) -> BlockDetails:
        values = self.cleaned_data
        return BlockDetails(
            name=values["name"], arrival=values["arrival"], departure=values["departure"],
            rate_plan=values["rate_plan"], organisation_id=values["organisation"], guest_id=values["guest"],
            market=values["market"], source=values["source"], cut_off=values["cut_off"], note=values["note"],
        )  # fmt: skip


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=BlockStatus.choices, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=REASON_LIMIT)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PickForm(forms.Form):
    """One person by hand."""

    guest = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    guest_text = forms.CharField(label=_("Guest"), error_messages={"required": _("Who comes?")}, max_length=120)
    room_type = forms.ChoiceField(label=_("Room type"))
    arrival = DateField(label=_("Arrival"))
    departure = DateField(label=_("Departure"))
    adults = forms.IntegerField(label=_("Adults"), min_value=1, max_value=20, initial=2)
    extra = forms.BooleanField(label=_("Nights beyond the group from the house"), required=False)

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["room_type"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = list(types)

    @property
    def pick(self) -> Pick:
        values = self.cleaned_data
        return Pick(
            room_type=values["room_type"], arrival=values["arrival"], departure=values["departure"],
            adults=values["adults"], guest_id=values["guest"], guest_name=values["guest_text"],
        )  # fmt: skip


@dataclass(slots=True)
class GridCell:
    """One field of the grid, as typed or as it stands."""

    name: str
    night: date
    value: str
    agreed: int = 0
    picked_up: int = 0
    left: int = 0
    free: int = 0
    error: str = ""


@dataclass(slots=True)
class GridRow:
    """A room type: its nights, and one price for all of them."""

    code: str
    label: str
    cells: list[GridCell]
    prices: list[tuple[str, str, str]] = field(default_factory=list)
    rooms: int = 0
    picked_up: int = 0


class Grid:
    """The rooms of a group by type and night. Posted fields are `n-<type>-<night>` and `<price>-<type>`."""

    def __init__(
        self, view: BlockView, types: Sequence[RoomTypeRef], free: Mapping[tuple[date, str], int],
        posted: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.view, self.types, self.free, self.posted = view, types, free, posted
        self.known = {(cell.room_type, cell.night): cell for cell in view.cells}
        self.errors: dict[str, str] = {}

    def cells(self) -> list[BlockCell]:
        """What is to be written. What cannot be read stands in `errors`."""
        wanted = []
        for kind in self.types:
            prices = self._prices(kind.code)
            for night in self.view.nights:
                old = self.known.get((kind.code, night))
                rooms = self._rooms(f"n-{kind.code}-{night.isoformat()}")
                if rooms is None or (old is None and not rooms):
                    continue
                given = {
                    name: value if changed or old is None else getattr(old, name)
                    for name, (value, changed) in prices.items()
                }
                cell = BlockCell(
                    night=night, room_type=kind.code, rooms=rooms, price=given["price"],
                    single_price=given["single_price"], extra_adult=given["extra_adult"] or Decimal(0),
                )  # fmt: skip
                same = old is not None and (old.rooms, old.price, old.single_price, old.extra_adult) == (
                    cell.rooms, cell.price, cell.single_price, cell.extra_adult,
                )  # fmt: skip
                if not same:
                    wanted.append(cell)
        return wanted

    def _rooms(self, name: str) -> int | None:
        assert self.posted is not None
        if name not in self.posted:
            return None
        text = self.posted[name].strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST_ROOMS):
            self.errors[name] = gettext("A number from 0 to %(most)s.") % {"most": MOST_ROOMS}
            return None
        return int(text)

    def _prices(self, code: str) -> dict[str, tuple[Decimal | None, bool]]:
        """Each price of a type and whether it was changed; unchanged, every night keeps its own."""
        assert self.posted is not None
        found: dict[str, tuple[Decimal | None, bool]] = {}
        for name in PRICES:
            key = f"{name}-{code}"
            text = self.posted.get(key, "").strip()
            changed = text != self._shown(code, name)
            value: Decimal | None = None
            if text:
                try:
                    value = Decimal(text)
                    if not (value.is_finite() and 0 <= value <= LARGEST_PRICE and round(value, 2) == value):
                        raise InvalidOperation
                except InvalidOperation:
                    self.errors[key] = gettext("This is not a price.")
                    value = None
            found[name] = (value, changed)
        return found

    def _shown(self, code: str, name: str) -> str:
        """The price of the first night that has one."""
        for night in self.view.nights:
            cell = self.known.get((code, night))
            if cell is not None:
                value = getattr(cell, name)
                return "" if value is None or (name == "extra_adult" and not value) else f"{value:.2f}"
        return ""

    def rows(self) -> list[GridRow]:
        return [self._row(kind) for kind in self.types]

    def _row(self, kind: RoomTypeRef) -> GridRow:
        row = GridRow(kind.code, kind.label, [])
        for night in self.view.nights:
            old = self.known.get((kind.code, night))
            name = f"n-{kind.code}-{night.isoformat()}"
            kept = str(old.rooms) if old else ""
            row.cells.append(
                GridCell(
                    name, night, self.posted.get(name, kept) if self.posted is not None else kept,
                    old.agreed if old else 0, old.picked_up if old else 0, old.left if old else 0,
                    max(self.free.get((night, kind.code), 0), 0), self.errors.get(name, ""),
                )
            )  # fmt: skip
            row.rooms += old.rooms if old else 0
            row.picked_up += old.picked_up if old else 0
        for name in PRICES:
            key = f"{name}-{kind.code}"
            shown = self._shown(kind.code, name)
            row.prices.append(
                (key, self.posted.get(key, shown) if self.posted is not None else shown, self.errors.get(key, ""))
            )
        return row
