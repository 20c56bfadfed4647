"""The hotel's own words."""

from __future__ import annotations

from datetime import datetime

from binzhi.engagement.access import Permission
from binzhi.engagement.events import TemplateWritten
from binzhi.engagement.models import Template
from binzhi.engagement.rendering import Wording, check_place, clean_wording, shipped
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict
from binzhi.kernel.operations import operation, record


@operation(Permission.WRITE_TEMPLATES)
def write_template(
    *, hotel_id: int, kind: str, way: str, language: str, wording: Wording, expected_version: int, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Keep the hotel's words for a kind, way and language; the version. The shipped words again: its own are let go.

    Locks the template. Raises InvalidInput, UnknownField and BraceLeftOpen with their place, EditConflict when somebody
    wrote in between (`expected_version`: 0 while the shipped words stand). Publishes TemplateWritten. Not idempotent.
    """
    check_place(kind, way, language)
    clean = clean_wording(wording, way)
    db.execute("SELECT pg_advisory_xact_lock(hashtext('engagement.template'), %s)", [hotel_id])
    found = Template.objects.select_for_update().filter(hotel_id=hotel_id, kind=kind, way=way, language=language)
    kept = found.first()
    version = kept.version if kept else 0
    if version != expected_version:
        raise EditConflict(current={"subject": kept.subject, "body": kept.body} if kept else {})
    values = {"subject": clean.subject, "body": clean.body, "written_by_id": actor.user_id, "written_at": now}
    if clean == shipped(kind, way, language):
        found.delete()
        made = 0
    elif kept is None:
        made = Template.objects.create(
            hotel_id=hotel_id, kind=kind, way=way, language=language, **values
        ).version or 1  # fmt: skip
    else:
        made = version + 1
        found.update(version=made, **values)
    record(
        "message_template.written", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"version": version}, after={"kind": kind, "way": way, "language": language, "version": made},
        event=TemplateWritten(hotel_id=hotel_id, kind=kind, way=way, language=language),
    )  # fmt: skip
    return made


_WORDS = """
SELECT subject, body, version FROM engagement_template
WHERE hotel_id = %s AND kind = %s AND way = %s AND language = %s
"""


def wording_of(*, hotel_id: int, kind: str, way: str, language: str) -> tuple[Wording, int]:
    """The words in force and their version; 0: those that are shipped."""
    row = db.fetch_one(_WORDS, [hotel_id, kind, way, language])
    if row is None:
        return shipped(kind, way, language), 0
    return Wording(row["subject"], row["body"]), row["version"]
