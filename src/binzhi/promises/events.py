"""What happened to protocols, runs and tasks: ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent(Event):
    """Base: something happened to one run."""

    topic: ClassVar[str]
    hotel_id: int
    run_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(RunEvent):
    topic: ClassVar[str] = "run.started"
    protocol: str
    subject: str
    subject_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRelabelled(RunEvent):
    topic: ClassVar[str] = "run.relabelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAskedAgain(RunEvent):
    """It was to be started and runs already: nothing changed."""

    topic: ClassVar[str] = "run.asked_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorMoved(RunEvent):
    topic: ClassVar[str] = "run.anchor_moved"
    anchor: str
    occurrence: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorHappened(RunEvent):
    topic: ClassVar[str] = "run.happened"
    anchor: str
    occurrence: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsChanged(RunEvent):
    topic: ClassVar[str] = "run.facts_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCancelled(RunEvent):
    topic: ClassVar[str] = "run.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDone(RunEvent):
    topic: ClassVar[str] = "run.ended"
    subject: str
    subject_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(Event):
    """Base: something happened to one task; `key` is the protocol's."""

    topic: ClassVar[str]
    hotel_id: int
    run_id: int
    task_id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(TaskEvent):
    topic: ClassVar[str] = "task.added"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned(TaskEvent):
    topic: ClassVar[str] = "task.assigned"
    staff_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAcknowledged(TaskEvent):
    topic: ClassVar[str] = "task.acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSigned(TaskEvent):
    """Done as far as its own person goes; a countersignature is still to come."""

    topic: ClassVar[str] = "task.signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(TaskEvent):
    topic: ClassVar[str] = "task.done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWaived(TaskEvent):
    topic: ClassVar[str] = "task.waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReopened(TaskEvent):
    topic: ClassVar[str] = "task.reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEscalated(TaskEvent):
    """It was not done in time and climbed to `rung` of its ladder."""

    topic: ClassVar[str] = "task.escalated"
    round: int
    rung: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHandedOn(TaskEvent):
    """Another department was told of it ahead of the guest."""

    topic: ClassVar[str] = "task.handed_on"
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSeen(Event):
    topic: ClassVar[str] = "notices.seen"
    hotel_id: int
    notices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWritten(Event):
    topic: ClassVar[str] = "department.log_written"
    hotel_id: int
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoKept(Event):
    topic: ClassVar[str] = "photo.kept"
    hotel_id: int
    photo_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSaved(Event):
    topic: ClassVar[str] = "protocol.saved"
    hotel_id: int
    protocol_id: int
    version_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSwitched(Event):
    topic: ClassVar[str] = "protocol.switched"
    hotel_id: int
    protocol_id: int
    active: bool
