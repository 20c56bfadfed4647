"""The fields of a guest file and of an organisation's: one list that forms, pages, import and export read.

The file's own columns (name, sex, birth date, phone ...) are not in it: they are there for every guest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RecordClass(models.TextChoices):
    """The five classes of record."""

    BASIC = "basic", _("Basics")
    BUSINESS = "business", pgettext_lazy("record class", "Business")
    PERSONAL = "personal", pgettext_lazy("record class", "Personal")
    LOGISTICS = "logistics", _("Logistics")
    RECORD = "record", _("Business record")


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    # A day of the lunar calendar: 八月十五, 闰四月初三.
    LUNAR_DAY = "lunar_day"
    # One day a line with what it is: 10-01 结婚纪念日.
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`secret`: sealed, shown masked, opened with a reason. `consent`: the purpose the guest must have agreed to.

    `not_to_ask`: one of the seven things staff do not ask about; it is noted only when the guest tells of himself.
    """

    key: str
    of: RecordClass
    label: Any
    kind: Kind = Kind.LINE
    limit: int = 120
    choices: tuple[tuple[str, Any], ...] = ()
    hint: Any = ""
    secret: bool = False
    consent: str = ""
    not_to_ask: bool = False
    on: bool = True

    @property
    def is_sensitive(self) -> bool:
        return bool(self.consent)


SOLAR, LUNAR = "solar", "lunar"
BASIC, BUSINESS, PERSONAL, LOGISTICS, RECORD = (
    RecordClass.BASIC, RecordClass.BUSINESS, RecordClass.PERSONAL, RecordClass.LOGISTICS, RecordClass.RECORD,
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    Field(key="salutation", of=BASIC, label=_("Name to use"), limit=30, hint=_("As staff say it: 陈董, 李老师")),
    Field(key="not_called", of=BASIC, label=_("Not to be called"), limit=60),
    Field(key="said", of=BASIC, label=_("How to say it"), limit=60, hint=_("Where the reading is unusual.")),
    Field(key="nickname", of=BASIC, label=_("Nickname"), limit=30),
    Field(key="languages", of=BASIC, label=_("Languages"), limit=60),
    Field(
        key="birthday", of=BASIC, label=_("Birthday is kept by"), kind=Kind.CHOICE,
        choices=((SOLAR, _("Solar calendar")), (LUNAR, _("Lunar calendar"))),
    ),
    Field(
        key="lunar_day", of=BASIC, label=_("Lunar birthday"), kind=Kind.LUNAR_DAY, limit=12,
        hint=_("Like 八月十五 or 闰四月初三; needed only where the date of birth is not known."),
    ),
    Field(key="birthplace", of=BASIC, label=_("Birthplace"), limit=60),
    Field(key="address", of=BASIC, label=_("Home address"), limit=200, secret=True, not_to_ask=True),
    Field(key="religion", of=BASIC, label=_("Religion"), limit=40, secret=True, consent="religion", not_to_ask=True,
          on=False),
    Field(key="trade", of=BUSINESS, label=_("Trade"), limit=60),
    Field(key="post", of=BUSINESS, label=pgettext_lazy("profession", "Post"), limit=60),
    Field(key="work", of=BUSINESS, label=_("Way of working")),
    Field(key="region", of=BUSINESS, label=_("Works where"), limit=60),
    Field(key="income", of=BUSINESS, label=_("Income band"), limit=30, secret=True, consent="income", not_to_ask=True,
          on=False),
    Field(key="year_ends", of=BUSINESS, label=_("Financial year"), limit=30),
    Field(key="plans", of=BUSINESS, label=_("Plans of the company"), kind=Kind.TEXT, limit=500),
    Field(key="personality", of=PERSONAL, label=_("Personality")),
    Field(key="interests", of=PERSONAL, label=_("Interests and hobbies")),
    Field(key="education", of=PERSONAL, label=_("Education"), limit=60),
    Field(key="knowledge", of=PERSONAL, label=_("Fields of knowledge")),
    Field(key="aesthetics", of=PERSONAL, label=_("Sense of beauty")),
    Field(key="ideals", of=PERSONAL, label=_("Ideals")),
    Field(key="habits", of=PERSONAL, label=_("Special habits")),
    Field(key="tastes", of=PERSONAL, label=_("Tastes")),
    Field(key="colour", of=PERSONAL, label=_("Favourite colour"), limit=30),
    Field(key="taboos", of=PERSONAL, label=_("Taboos"), kind=Kind.TEXT, limit=300),
    Field(key="dislikes", of=PERSONAL, label=_("Prejudices")),
    Field(key="days", of=PERSONAL, label=_("Anniversaries"), kind=Kind.DAYS, limit=400,
          hint=_("One a line: 10-01 and what it is.")),
    Field(key="family", of=PERSONAL, label=_("Family"), kind=Kind.TEXT, limit=300, not_to_ask=True),
    Field(key="past", of=PERSONAL, label=_("Background and past"), kind=Kind.TEXT, limit=500, secret=True,
          not_to_ask=True, on=False),
    Field(key="beliefs", of=PERSONAL, label=_("Beliefs and omens"), limit=200, secret=True, consent="religion",
          not_to_ask=True, on=False),
    Field(key="health", of=PERSONAL, label=_("Health and allergies"), kind=Kind.TEXT, limit=300, secret=True,
          consent="health", not_to_ask=True, on=False),
    Field(key="transport", of=LOGISTICS, label=_("Comes by"), limit=60),
    Field(key="plate", of=LOGISTICS, label=_("Number plate"), limit=20, secret=True),
    Field(key="delivery", of=LOGISTICS, label=_("Deliveries and precedence"), limit=200),
    Field(key="fax", of=LOGISTICS, label=_("Fax"), limit=30, on=False),
    Field(key="bank_account", of=LOGISTICS, label=_("Bank account"), limit=60, secret=True, on=False),
    Field(key="spending", of=RECORD, label=_("Spending habits")),
    Field(key="services", of=RECORD, label=_("Services used"), limit=200),
    Field(key="came_by", of=RECORD, label=_("How the guest found us"), limit=60),
    Field(key="history", of=RECORD, label=_("History of service"), kind=Kind.TEXT, limit=500),
)  # fmt: skip

NATURES = (
    ("state", _("State-owned")), ("private", _("Private")), ("foreign", _("Foreign-owned")),
    ("joint", _("Joint venture")), ("public", _("Public body")), ("other", pgettext_lazy("organisation", "Other")),
)  # fmt: skip
ORGANISATION_FIELDS: tuple[Field, ...] = (
    Field(key="nature", of=BASIC, label=_("Nature of the company"), kind=Kind.CHOICE, choices=NATURES),
    Field(key="website", of=BASIC, label=_("Website"), limit=200),
    Field(key="structure", of=BASIC, label=_("Structure of the organisation"), kind=Kind.TEXT, limit=500),
    Field(key="products", of=BUSINESS, label=_("Products"), kind=Kind.TEXT, limit=500),
    Field(key="marketing", of=BUSINESS, label=_("Marketing"), kind=Kind.TEXT, limit=500),
    Field(key="prices", of=BUSINESS, label=_("Price system"), kind=Kind.TEXT, limit=500),
    Field(key="sales", of=BUSINESS, label=_("Sales policy"), kind=Kind.TEXT, limit=500),
    Field(key="attitude", of=PERSONAL, label=_("Attitude to our house"), kind=Kind.TEXT, limit=300),
    Field(key="delivery", of=LOGISTICS, label=_("Invoices and papers"), limit=200),
    Field(key="credit", of=RECORD, label=_("Credit standing"), limit=120),
)
BY_KEY = {field.key: field for field in FIELDS}
ORGANISATION_BY_KEY = {field.key: field for field in ORGANISATION_FIELDS}
