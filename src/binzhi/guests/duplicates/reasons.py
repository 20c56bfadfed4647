"""Why two files look like one person's, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[tuple[str, str], Promise] = {
    ("name", "same"): _("Same name"),
    ("name", "sounds_same"): _("Names sound the same"),
    ("name", "same_in_letters"): _("Same name in pinyin"),
    ("name", "turned"): _("Same name in the other order"),
    ("name", "one_letter"): _("Names differ by a letter"),
    ("name", "longer"): _("One has a middle name"),
    ("name", "given"): _("Given name the same, surname another"),
    ("name", "part"): _("Names alike in part"),
    ("name", "surname"): _("Surname only"),
    ("name", "differs"): _("Other name"),
    ("birth", "same"): _("Same birthday"),
    ("birth", "one_digit"): _("Birthdays differ by a digit"),
    ("birth", "differs"): _("Other birthday"),
    ("birth", "generation"): _("A generation apart"),
    ("phone", "same"): _("Same phone"),
    ("phone", "one_digit"): _("Phones differ by one mistake"),
    ("phone", "tail"): _("Same last four of the phone"),
    ("phone", "differs"): _("Other phone"),
    ("document", "same"): _("Same document"),
    ("document", "differs"): _("Other document"),
    ("document", "other_card"): _("Other ID card"),
    ("email", "same"): _("Same e-mail"),
    ("email", "one_letter"): _("E-mails differ by a letter"),
    ("email", "differs"): _("Other e-mail"),
    ("member", "same"): _("Same member number"),
    ("member", "differs"): _("Other member number"),
    ("sex", "same"): _("Same sex"),
    ("sex", "differs"): _("Other sex"),
    ("company", "same"): _("Same company"),
    ("company", "differs"): _("Other company"),
    ("nationality", "same"): _("Same nationality"),
    ("nationality", "differs"): _("Other nationality"),
}
# What everybody shares with half of the others is no reason to be named.
LEAST_BITS = 1.5


@dataclass(frozen=True, slots=True)
class Reason:
    field: str
    text: str
    bits: float

    @property
    def speaks_for(self) -> bool:
        return self.bits > 0


def in_words(reasons: list[list[object]]) -> list[Reason]:
    """Those worth naming, what speaks for it first."""
    found = [
        Reason(str(field), str(_WORDS[str(field), str(level)]), float(str(bits)))
        for field, level, bits in reasons
        if abs(float(str(bits))) >= LEAST_BITS
    ]
    return sorted(found, key=lambda reason: -reason.bits)
