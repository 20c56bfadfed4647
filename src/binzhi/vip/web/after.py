"""When a visit is over: what was kept of what was promised, and beside it what the guest said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from binzhi.promises.enums import TaskState
from binzhi.promises.queries import Card, run_view
from binzhi.property.queries import HotelRef
from binzhi.vip.enums import Happening, VisitStatus
from binzhi.vip.queries import VisitView

# Less is the time that a press takes.
MINUTE = timedelta(minutes=1)
# What was asked for and fell due.
_COUNTED = (TaskState.DONE, TaskState.OPEN)


@dataclass(frozen=True, slots=True)
class After:
    """`late`: the worst first, each with its department, person and by how much."""

    tasks: int
    late: Sequence[Card]
    said: Sequence[dict[str, Any]]

    @property
    def in_time(self) -> int:
        return self.tasks - len(self.late)

    @property
    def share(self) -> float:
        return 100 * self.in_time / self.tasks if self.tasks else 100.0


def after_of(view: VisitView, hotel: HotelRef, now: datetime) -> After | None:
    """None while the guest is still to come or here."""
    if view.line.status != VisitStatus.GONE or view.line.run_id is None:
        return None
    cards = run_view(hotel_id=hotel.pk, run_id=view.line.run_id, now=now).tasks
    due = [card for card in cards if card.state in _COUNTED and card.due_at is not None and card.due_at <= now]
    late = sorted((card for card in due if card.late_by >= MINUTE), key=lambda card: (-card.late_by, card.id))
    return After(len(due), late, [one for one in view.events if one["kind"] == Happening.FEEDBACK])
