"""What a run is called on the boards, and the room it is about: both may become known, or change, while it runs."""

from __future__ import annotations

from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.access import Permission
from binzhi.promises.events import RunRelabelled
from binzhi.promises.locks import lock_run

LABEL_LIMIT = 80


@operation(Permission.RUN)
def relabel_run(*, hotel_id: int, run_id: int, label: str, room_id: int | None, actor: Actor, now: datetime) -> None:
    """Give a run another name and room. Locks the run. Raises NotFound, RunEnded. Publishes RunRelabelled."""
    label = clean_text(label, field="label", limit=LABEL_LIMIT)
    lock_run(hotel_id=hotel_id, run_id=run_id, expected_version=None)
    if room_id is not None and not db.fetch_value(
        "SELECT 1 FROM property_room WHERE hotel_id = %s AND id = %s", [hotel_id, room_id]
    ):
        raise NotFound(field="room")
    db.execute("UPDATE promises_run SET label = %s, room_id = %s WHERE id = %s", [label, room_id, run_id])
    record(
        "run.relabelled", subject="run", subject_id=run_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room_id": room_id}, event=RunRelabelled(hotel_id=hotel_id, run_id=run_id),
    )  # fmt: skip
