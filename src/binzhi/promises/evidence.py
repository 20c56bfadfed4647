"""What closes a task: which pieces of evidence are there, which are still wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text
from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import TaskSpec, Wanted
from binzhi.promises.requests import ProofInput

TEXT_LIMIT = 1000
MOST_PROOFS = 200
# With two decimals, as wide as the column.
HIGHEST_NUMBER = 10**10


@dataclass(frozen=True, slots=True)
class Kept:
    """A proof that counts. `item`: the line of the checklist, or the post a countersignature was asked of."""

    id: int
    kind: str
    item: str
    staff_id: int | None


_KEPT = "SELECT id, kind, item, staff_id FROM promises_proof WHERE task_id = %s AND id > %s ORDER BY id"
_PHOTOS = "SELECT count(*) FROM promises_photo WHERE hotel_id = %s AND id = ANY (%s::bigint[])"
# Used in a statement that has a `task (id)`.
INSERT_PROOFS = """
proofs AS (
    INSERT INTO promises_proof (hotel_id, task_id, kind, item, text, number, photo_id, staff_id, user_id, at)
    SELECT %(hotel)s, task.id, p.kind, p.item, p.text, p.number, p.photo_id, %(staff)s::bigint, %(user)s::bigint,
        %(now)s
    FROM task, json_to_recordset(%(proofs)s::json)
        AS p (kind text, item text, text text, number numeric, photo_id bigint)
)
"""


def kept_of(task_id: int, after: int) -> list[Kept]:
    """The proofs of a task that count."""
    return [Kept(**row) for row in db.fetch_all(_KEPT, [task_id, after])]


def cleaned(spec: TaskSpec, given: Sequence[ProofInput], *, hotel_id: int) -> list[ProofInput]:
    """What is handed in, looked at. Raises InvalidInput at its field."""
    items = {item.key for item in spec.checklist}
    if len(given) > MOST_PROOFS:
        raise InvalidInput(field="proofs", message=_("Too many pieces of evidence at once."))
    found = []
    for proof in given:
        if proof.kind == Evidence.COUNTERSIGNATURE:
            raise InvalidInput(field=proof.kind, message=_("A countersignature is given by another post."))
        if proof.item and proof.item not in items:
            raise InvalidInput(field=f"item-{proof.item}", message=_("This is not on the checklist."))
        if proof.number is not None and not (proof.number.is_finite() and abs(proof.number) < HIGHEST_NUMBER):
            raise InvalidInput(field=Evidence.NUMBER.value, message=_("This value is not valid."))
        text = clean_text(proof.text, field=Evidence.TEXT.value, limit=TEXT_LIMIT, multiline=True)
        found.append(ProofInput(Evidence(proof.kind), proof.item, text, proof.number, proof.photo_id))
    photos = {proof.photo_id for proof in found if proof.photo_id is not None}
    if photos and db.fetch_value(_PHOTOS, [hotel_id, db.array(sorted(photos))]) != len(photos):
        raise InvalidInput(field=Evidence.PHOTO.value, message=_("This picture is not here."))
    return found


def require_complete(spec: TaskSpec, kept: Sequence[Kept], given: Sequence[ProofInput]) -> None:
    """Raise InvalidInput at the first piece that is missing; countersignatures come later and are not asked for."""
    ticked = {one.item for one in kept} | {one.item for one in given}
    for item in spec.checklist:
        if item.key not in ticked:
            raise InvalidInput(field=f"item-{item.key}", message=_("Not checked yet: %(item)s."), item=item.label)
    have = Counter(one.kind for one in kept if not one.item)  # a countersignature has an item, and is not asked for
    have.update(str(one.kind.value) for one in given if not one.item and _says_something(one))
    wanted = Counter(one.kind.value for one in spec.evidence if one.kind != Evidence.COUNTERSIGNATURE)
    for kind, count in wanted.items():
        if have[kind] < count:
            raise InvalidInput(field=kind, message=_("Still missing: %(kind)s."), kind=Evidence(kind).label)


def _says_something(proof: ProofInput) -> bool:
    if proof.kind == Evidence.TEXT:
        return bool(proof.text)
    if proof.kind == Evidence.NUMBER:
        return proof.number is not None
    if proof.kind == Evidence.PHOTO:
        return proof.photo_id is not None
    return True


def is_begun(spec: TaskSpec, kept: Sequence[Kept]) -> bool:
    """Has the one who does it given everything, so that there is something to countersign?"""
    try:
        require_complete(spec, kept, ())
    except InvalidInput:
        return False
    return True


def countersignatures_left(spec: TaskSpec, kept: Sequence[Kept]) -> list[Wanted]:
    """The countersignatures still wanted. A countersigning proof says in `item` for which post it was given."""
    given = {one.item for one in kept if one.kind == Evidence.COUNTERSIGNATURE}
    return [one for one in spec.evidence if one.kind == Evidence.COUNTERSIGNATURE and one.post not in given]


def as_json(proofs: Sequence[ProofInput]) -> str:
    """For INSERT_PROOFS; a number stays exact."""
    return orjson.dumps([_plain(proof) for proof in proofs]).decode()


def _plain(proof: ProofInput) -> dict[str, Any]:
    return asdict(proof) | {
        "kind": str(proof.kind.value),
        "number": None if proof.number is None else str(proof.number),
    }


def params(
    proofs: Sequence[ProofInput], *, hotel_id: int, staff_id: int | None, user_id: int | None, now: datetime
) -> dict[str, Any]:
    """The parameters of INSERT_PROOFS."""
    return {"proofs": as_json(proofs), "hotel": hotel_id, "staff": staff_id, "user": user_id, "now": now}
