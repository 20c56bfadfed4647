"""Which level the signs suggest. A suggestion with its reason; a person confirms or says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.guests.enums import RelationshipLevel

CLOSE_FROM, PERSONAL_FROM = 4, 7
# So many signs fewer than at the last check: somebody is going away.
LOST = 3
# So much is done to bind, and so little comes back: who stays for that feels obliged, and leaves when the debt is paid.
MANY_MEANS, FEW_SIGNS = 6, 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    level: RelationshipLevel
    reason: str | Promise


def suggest(*, signs: Collection[str], before: Collection[str] | None, means_in_use: int) -> Suggestion:
    """The level for the signs seen now; `before`: those of the last check, None when there was none."""
    seen = len(set(signs))
    if before is not None and len(set(before)) - seen >= LOST:
        return Suggestion(RelationshipLevel.ESTRANGED, _("Signs that were there are gone."))
    if means_in_use >= MANY_MEANS and seen <= FEW_SIGNS:
        return Suggestion(RelationshipLevel.GUILT, _("Much is done to bind, little comes back by itself."))
    if before is not None and not seen:
        return Suggestion(RelationshipLevel.ESTRANGED, _("No sign is left."))
    if seen >= PERSONAL_FROM:
        return Suggestion(RelationshipLevel.PERSONAL, _("Seven signs or more."))
    if seen >= CLOSE_FROM:
        return Suggestion(RelationshipLevel.CLOSE, _("Four to six signs."))
    return Suggestion(RelationshipLevel.FACE_TO_FACE, _("Fewer than four signs."))
