"""One way to draw a form field: label, frame, what stands before and after the value, hint, error."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.widgets import DateTimeBaseInput
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from binzhi.kernel.ui.formats import weekday

_MOBILE_KEYS = {forms.NumberInput: "numeric", forms.EmailInput: "email", forms.URLInput: "url"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a field is drawn.

    `icon`, `before` and `unit` stand inside the frame; `width` is a class of the form grid (w2 … w12, half).
    `steps` adds − and + to a number; `across`, `pick` and `seg` lay choices out in a line, as cards, as segments.
    `private` keeps the value out of drafts; a blank `hint` silences the form's own help text.
    """

    label: str = ""
    hint: str = ""
    icon: str = ""
    unit: str = ""
    before: str = ""
    width: str = ""
    placeholder: str = ""
    steps: bool = False
    large: bool = False
    across: bool = False
    pick: bool = False
    seg: bool = False
    private: bool = False
    autofocus: bool = False
    hide_label: bool = False
    key: str = ""

    @property
    def layout(self) -> str:
        return "pick" if self.pick else "seg" if self.seg else "across" if self.across else "down"


LOOKS = frozenset(field.name for field in fields(Look))
_OWN_ICONS = {"date": "calendar", "time": "clock"}


def render_field(bound: BoundField, **options: Any) -> SafeString:
    """Draw `bound`; options that are no part of a Look become attributes of the input (`_` for `-`)."""
    look = Look(**{name: value for name, value in options.items() if name in LOOKS})
    kind = _kind(bound.field.widget)
    _speak_iso(bound.field.widget, kind)
    hint = (look.hint or str(bound.help_text)).strip()
    attrs = _attributes(bound, look, hint=hint)
    attrs |= {name.replace("_", "-"): value for name, value in options.items() if name not in LOOKS}
    context = {
        "bound": bound,
        "look": look,
        "kind": kind,
        "label": look.label or bound.label,
        "hint": hint,
        "icon": "" if look.steps else look.icon or _OWN_ICONS.get(kind, ""),
        "required": bound.field.required,
        "control": "" if kind in ("choices", "check") else bound.as_widget(attrs=attrs),
        "options": _options(bound) if kind == "choices" else [],
        "weekday": _weekday(bound) if kind == "date" else None,
        "attrs": attrs,
    }
    return render_to_string("ui/field.html", context)


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.DateInput):
        return "date"
    if isinstance(widget, forms.TimeInput):
        return "time"
    if isinstance(widget, forms.Textarea):
        return "area"
    if isinstance(widget, forms.HiddenInput):
        return "hidden"
    return "select" if isinstance(widget, forms.Select) else "text"


def _speak_iso(widget: forms.Widget, kind: str) -> None:
    """A native date or time input reads and writes ISO, whatever the language of the page."""
    if kind in ("date", "time"):
        assert isinstance(widget, DateTimeBaseInput)
        widget.input_type = kind
        widget.format = "%Y-%m-%d" if kind == "date" else "%H:%M"


def _attributes(bound: BoundField, look: Look, *, hint: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    if look.placeholder:
        attrs["placeholder"] = look.placeholder
    if look.private:
        attrs |= {"data-private": True, "autocomplete": "off"}
    if look.autofocus:
        attrs["autofocus"] = True
    if look.key:
        attrs["data-key"] = look.key
    for widget, mode in _MOBILE_KEYS.items():
        if type(bound.field.widget) is widget:
            attrs["inputmode"] = mode
    if isinstance(bound.field, forms.DecimalField):
        attrs["inputmode"] = "decimal"
    described = [f"{bound.auto_id}-{part}" for part, on in (("hint", hint), ("error", bound.errors)) if on]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs


def _options(bound: BoundField) -> list[dict[str, Any]]:
    """The choices of a radio or checkbox group, ready to be drawn."""
    multiple = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    value = bound.value()
    chosen = (
        {str(item) for item in value}
        if isinstance(value, list | tuple | set)
        else {"" if value is None else str(value)}
    )
    found = []
    for index, (key, text) in enumerate(getattr(bound.field.widget, "choices", ())):
        note, icon = getattr(text, "note", ""), getattr(text, "icon", "")
        found.append(
            {
                "id": f"{bound.auto_id}_{index}",
                "type": "checkbox" if multiple else "radio",
                "value": key,
                "text": text,
                "note": note,
                "icon": icon,
                "on": str(key) in chosen,
            }
        )
    return found


class Choice(str):
    """A choice's text with a drawing and a note: ("cash", Choice(_("Cash"), icon="cash"))."""

    note: str
    icon: str

    def __new__(cls, text: object, *, note: str = "", icon: str = "") -> Choice:
        made = super().__new__(cls, str(text))
        made.note, made.icon = note, icon
        return made


def _weekday(bound: BoundField) -> dict[str, Any]:
    value = bound.value()
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, date):
        return {"text": "", "weekend": False}
    return {"text": weekday(value), "weekend": value.weekday() in (4, 5)}
