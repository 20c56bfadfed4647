"""Where the parts of the guest file meet: what one of them knows, another asks for by a hook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.importing.parts import part_place
from binzhi.guests.observations.queries import observations_of
from binzhi.guests.privacy import consents, words
from binzhi.guests.profile.consent import register_consent_check
from binzhi.guests.recognition.hooks import Known, register_cautions, register_knowledge
from binzhi.guests.rotation import register_sealed
from binzhi.guests.timeline import TimelineEntry, register_timeline_source
from binzhi.kernel import db

# The newest value of each field counts.
_KNOWN = """
SELECT guest_id, key, value FROM (
    SELECT DISTINCT ON (guest_id, key) guest_id, key, value FROM guests_profilevalue
    WHERE group_id = %s AND guest_id = ANY (%s) AND key IN ('salutation', 'languages') ORDER BY guest_id, key, id DESC
) newest WHERE value <> ''
"""


def register() -> None:
    register_consent_check(consents.has)
    register_sealed("guests_importpart", "sealed", part_place)
    register_knowledge(known)
    register_cautions(cautions)
    register_timeline_source(
        observed, name="observation", label=_("Observations"), icon="eye", permission=Permission.OBSERVE
    )


def known(group_id: int, guest_ids: Sequence[int]) -> Mapping[int, Known]:
    """The name to use and the languages, as the five classes have them. One statement."""
    values: dict[int, dict[str, str]] = {}
    for row in db.fetch_all(_KNOWN, [group_id, list(guest_ids)]):
        values.setdefault(row["guest_id"], {})[row["key"]] = row["value"]
    return {
        guest_id: Known(called=of.get("salutation", ""), languages=of.get("languages", ""))
        for guest_id, of in values.items()
    }


def cautions(text: str) -> list[str]:
    """What a note should not hold, with the reason."""
    return [f"{found.word}: {found.why}" for found in words.cautions_of(text)]


def observed(group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """What was seen of the guest; what was cleared with its stay has no words left and no line."""
    rows = observations_of(group_id=group_id, guest_id=guest_id, before=before, limit=limit)
    return [TimelineEntry(at=row.at, kind="observation", text=row.words, by=row.by) for row in rows if row.words]
