"""Comparing new and changed files, and what people decide about a pair."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.duplicates import matching
from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.enums import PairState
from binzhi.guests.events import GuestsCompared, PairDecided
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import hotel_by_id

BATCH = 500

_NEXT = """
SELECT id, pinyin FROM guests_guest WHERE group_id = %s AND matched_version < version ORDER BY id LIMIT %s
FOR NO KEY UPDATE SKIP LOCKED
"""


@operation(Permission.COMPARE)
def compare_new_files(*, hotel_id: int, limit: int = BATCH, actor: Actor, now: datetime) -> int:
    """Compare files of the hotel's group that are new or changed with all others; how many were (0: none is left).

    Adds pairs and marks the files as compared. Locks those files, skipping what others hold. Publishes GuestsCompared.
    Idempotent and resumable. The system's alone.
    """
    group_id = hotel_by_id(hotel_id).group_id
    rows = db.fetch_all(_NEXT, [group_id, limit])
    ids, names = [row["id"] for row in rows], [row["pinyin"] for row in rows]
    pairs = matching.suggest(crowd=Crowd.of_group(group_id), guest_ids=ids, names=names) if ids else 0
    db.execute("UPDATE guests_guest SET matched_version = version WHERE id = ANY(%s)", [ids])
    record(
        "guest.compared", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"files": len(ids), "pairs": pairs}, event=GuestsCompared(files=len(ids), pairs=pairs),
    )  # fmt: skip
    return len(ids)


@operation(Permission.MERGE)
def decide_pair(*, hotel_id: int, pair_id: int, state: str, actor: Actor, now: datetime) -> None:
    """Say that two files are not one person's, or take that back (`state` different or open). Remembered for ever.

    Changes the pair. Locks it. Raises NotFound, InvalidInput. Publishes PairDecided. Idempotent.
    """
    if state not in (PairState.DIFFERENT, PairState.OPEN):
        raise InvalidInput(field="state", message=_("Choose one of the two."))
    group_id = hotel_by_id(hotel_id).group_id
    changed = db.execute(
        "UPDATE guests_duplicatepair SET state = %s, decided_by = %s, decided_at = %s WHERE group_id = %s AND id = %s",
        [state, actor.user_id, now, group_id, pair_id],
    )
    if not changed:
        raise NotFound
    record(
        "guest.pair_decided", subject="pair", subject_id=pair_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"state": state}, event=PairDecided(pair_id=pair_id, state=state),
    )  # fmt: skip
