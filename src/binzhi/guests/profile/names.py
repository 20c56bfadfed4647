"""What staff call a guest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from binzhi.guests.enums import Sex
from binzhi.kernel.search import is_han
from binzhi.kernel.surnames import surname_of


def name_to_use(*, name: str, sex: str, salutation: str = "") -> str:
    """The salutation where one is noted; else surname and 先生 or 女士; the whole name where the sex is not known."""
    if salutation:
        return salutation
    if not name:
        return ""
    if is_han(name[0]):
        surname = surname_of(name)
        titles = {Sex.MALE: "先生", Sex.FEMALE: "女士"}
        return f"{surname}{titles[Sex(sex)]}" if sex in titles and "·" not in name else name
    last = name.split()[-1]
    if sex == Sex.MALE:
        return _("Mr %(name)s") % {"name": last}
    if sex == Sex.FEMALE:
        return _("Ms %(name)s") % {"name": last}
    return name


def short_name(name: str) -> str:
    """One sign for the round mark of a person."""
    return name[:1]
