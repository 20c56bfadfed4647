"""What happened to visits: ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitHappening(Event):
    """Base: something happened to one visit."""

    topic: ClassVar[str]
    hotel_id: int
    visit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitProposed(VisitHappening):
    topic: ClassVar[str] = "visit.proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChanged(VisitHappening):
    topic: ClassVar[str] = "visit.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAsked(VisitHappening):
    topic: ClassVar[str] = "visit.level_asked"
    request_id: int
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDecided(VisitHappening):
    topic: ClassVar[str] = "visit.level_decided"
    request_id: int
    level: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld(VisitHappening):
    topic: ClassVar[str] = "visit.meeting_held"
    meeting_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeIssued(VisitHappening):
    topic: ClassVar[str] = "visit.notice_issued"
    kind: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEventNoted(VisitHappening):
    topic: ClassVar[str] = "visit.event_noted"
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChanged(VisitHappening):
    topic: ClassVar[str] = "visit.menu_changed"
    menu_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseMoved(VisitHappening):
    topic: ClassVar[str] = "visit.purchase_moved"
    purchase_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCardMoved(VisitHappening):
    topic: ClassVar[str] = "visit.key_card_moved"
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRoomSealed(VisitHappening):
    topic: ClassVar[str] = "visit.room_sealed"
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSealBroken(VisitHappening):
    topic: ClassVar[str] = "visit.seal_broken"
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCancelled(VisitHappening):
    topic: ClassVar[str] = "visit.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingListChanged(Event):
    topic: ClassVar[str] = "standing_list.changed"
    hotel_id: int
    entry_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelDefined(Event):
    topic: ClassVar[str] = "visit_level.defined"
    hotel_id: int
    level: str
