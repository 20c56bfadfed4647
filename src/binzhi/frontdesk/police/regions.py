"""Regions as data: what each asks, how soon, and in which form it is sent. A hotel's own limits may be shorter.

Rules differ by province and change: these are where a hotel begins, and the local police confirm them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PLAIN, CODED = "plain", "coded"
_IDENTITY = ("name", "sex", "birth_date", "kind", "number")
_FOREIGN = (*_IDENTITY, "nationality", "visa_kind", "stay_until", "entered_on")


@dataclass(frozen=True, slots=True)
class Region:
    """`limit_minutes`, `foreign_minutes`: how soon at the latest; `form` is one of `encoding`."""

    code: str
    label: str | Promise
    limit_minutes: int
    foreign_minutes: int
    form: str
    asks: tuple[str, ...] = _IDENTITY
    asks_foreign: tuple[str, ...] = _FOREIGN


REGIONS = {
    region.code: region
    for region in (
        Region("national", _("National rule: foreigners within 24 hours"), 1440, 1440, PLAIN),
        Region("beijing", _("Beijing: at once"), 30, 1440, PLAIN),
        Region("shanghai", _("Shanghai: within two hours"), 120, 120, CODED),
        Region(
            "hunan", _("Hunan: at once, with the address"), 30, 1440, CODED, asks=(*_IDENTITY, "address"),
        ),
    )
}  # fmt: skip

# What a field of a report is called, for whoever has to complete it.
FIELDS: dict[str, str | Promise] = {
    "name": _("Name"), "sex": _("Sex"), "birth_date": _("Date of birth"), "kind": _("Document"),
    "number": _("Document number"), "nationality": _("Country or region"), "visa_kind": _("Visa"),
    "stay_until": _("May stay until"), "entered_on": _("Entered on"), "entry_port": _("Port of entry"),
    "address": pgettext_lazy("registration", "Home address"), "ethnicity": _("Ethnic group"),
    "latin_name": _("Name as in the passport"),
}  # fmt: skip
# What a hotel's own police may want besides.
ALSO = ("address", "ethnicity", "entry_port", "latin_name")
OF_FOREIGNERS = ("entry_port", "latin_name")


def region_of(code: str) -> Region:
    """An unknown one, of a newer version perhaps, is taken for the national rule."""
    return REGIONS.get(code, REGIONS["national"])
