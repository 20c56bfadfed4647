"""What happened to the register of guests and its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.frontdesk.events.stays import StayEvent
from binzhi.kernel.events import Event

# ---------------------------------------------------------------- registration


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorAlarmRaised(Event):
    """A guest under 18 for whom nobody answers in the room."""

    topic: ClassVar[str] = "stay.minor_alarm"
    hotel_id: int
    room_reservation_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorAlarmNoted(Event):
    """Somebody looked, or closed it."""

    topic: ClassVar[str] = "stay.minor_alarm_noted"
    hotel_id: int
    alarm_id: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    visitor_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorCame(VisitorEvent):
    topic: ClassVar[str] = "visitor.came"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorWent(VisitorEvent):
    topic: ClassVar[str] = "visitor.left"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticularsWritten(StayEvent):
    topic: ClassVar[str] = "registration.particulars_written"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSigned(StayEvent):
    topic: ClassVar[str] = "registration.card_signed"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    image_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageKept(DocumentImageEvent):
    topic: ClassVar[str] = "document_image.kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageOpened(DocumentImageEvent):
    topic: ClassVar[str] = "document_image.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImagesCleared(Event):
    topic: ClassVar[str] = "document_image.cleared"
    hotel_id: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRulesSet(Event):
    topic: ClassVar[str] = "registration.rules_set"
    hotel_id: int


# ---------------------------------------------------------------- police


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    report_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportWritten(PoliceReportEvent):
    """What will be told is fixed now."""

    topic: ClassVar[str] = "police_report.written"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportReceived(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.received"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportDelayed(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportHeld(PoliceReportEvent):
    """Sent back, or never sent because something is missing: somebody has to mend it."""

    topic: ClassVar[str] = "police_report.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportCorrected(PoliceReportEvent):
    """What was told does not hold any more: a correction is queued."""

    topic: ClassVar[str] = "police_report.corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportOverdue(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportAgain(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.again"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceSetUp(Event):
    topic: ClassVar[str] = "police.set_up"
    hotel_id: int
