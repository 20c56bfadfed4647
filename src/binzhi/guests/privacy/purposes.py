"""What a guest may be asked to agree to. Registration by law and the stay itself need no yes and are not here."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS = Path(__file__).with_name("consent_texts.json")


@dataclass(frozen=True, slots=True)
class Purpose:
    """`sensitive`: data the law guards more strictly, so each such purpose is agreed to apart from all others.

    `texts` are the words the house starts with (`consent_texts.json`); a hotel publishes its own over them.
    """

    code: str
    label: str | Promise
    hint: str | Promise
    sensitive: bool = False

    @property
    def texts(self) -> dict[str, str]:
        return _shipped_texts()[self.code]


@functools.cache
def _shipped_texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return found


PROFILE = "profile"
HEALTH = "health"
RELIGION = "religion"
FINANCE = "finance"
MARKETING = "marketing"
FACE = "face"
SHARING = "sharing"
ABROAD = "abroad"
PUBLISHING = "publishing"
CHILD = "child"
# A refusal is respected: the house does not ask again before this many days are over.
REST_DAYS = 180

PURPOSES: tuple[Purpose, ...] = (
    Purpose(PROFILE, _("Likes and habits"), _("to prepare the next stay")),
    Purpose(HEALTH, _("Health and allergies"), _("so that kitchen and room keep you safe"), sensitive=True),
    Purpose(RELIGION, _("Faith and customs"), _("only what the guest offers by himself"), sensitive=True),
    Purpose(FINANCE, _("Income and means"), _("only what the guest offers by himself"), sensitive=True),
    Purpose(MARKETING, _("Offers by message, mail or phone"), _("every message carries a way out")),
    Purpose(FACE, _("Face recognition"), _("showing a document is always enough"), sensitive=True),
    Purpose(SHARING, _("Passing on to others"), _("partners named in the words")),
    Purpose(ABROAD, _("Passing on abroad"), _("group offices and agents outside the country")),
    Purpose(PUBLISHING, _("Pictures and publishing"), _("photographs, wall of guests, social media")),
    Purpose(CHILD, _("Data of a child under 14"), _("the guardian agrees"), sensitive=True),
)
BY_CODE = {purpose.code: purpose for purpose in PURPOSES}
LANGUAGES = {"zh-hans": "中文", "en": "English"}
