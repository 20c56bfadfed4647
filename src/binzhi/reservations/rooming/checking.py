"""A rooming list checked cell by cell against the group: what each row means, and what is wrong where."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from binzhi.guests.countries import normalise_country
from binzhi.guests.documents import CheckedDocument, DocumentInput, check_document
from binzhi.guests.enums import DocumentKind
from binzhi.guests.importing.cells import Wrong, day_of
from binzhi.guests.phones import normalise_phone
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text
from binzhi.property.queries import RoomTypeRef
from binzhi.reservations.blocks.queries import BlockView
from binzhi.reservations.rooming.reading import Line

NAME_LIMIT, REMARKS_LIMIT, SHARE_LIMIT = 120, 300, 40
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_RESIDENT = re.compile(r"\d{17}[\dXx]|\d{15}")
_PERMITS = (
    (DocumentKind.HK_MACAO, re.compile(r"[HM]\d{8}(\d{2})?")),
    (DocumentKind.FOREIGNER_PR, re.compile(r"[A-Z]{3}\d{12}")),
    (DocumentKind.TAIWAN, re.compile(r"\d{8}|\d{10}[A-Z]?")),
)
_FLOATED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
# A group's people may come a little before it and leave a little after.
MARGIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the list that can be taken."""

    number: int
    name: str
    phone: str
    document: DocumentInput | None
    checked: CheckedDocument | None


@dataclass(slots=True)
class ListedRoom:
    """One room of the list: who shares it, and when."""

    share: str
    room_type: str
    arrival: date
    departure: date
    remarks: str
    people: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Checked:
    """`errors` by (row of the file, field)."""

    rooms: list[ListedRoom]
    errors: dict[tuple[int, str], str]

    @property
    def people(self) -> int:
        return sum(len(room.people) for room in self.rooms)


class _Check:
    def __init__(self, view: BlockView, types: Sequence[RoomTypeRef]) -> None:
        self.view, self.types = view, types
        self.errors: dict[tuple[int, str], str] = {}
        self.by_share: dict[str, ListedRoom] = {}
        self.rooms: list[ListedRoom] = []
        self.named: dict[tuple[str, str], int] = {}

    def wrong(self, line: Line, name: str, text: object) -> None:
        self.errors.setdefault((line.number, name), str(text))

    def line(self, line: Line) -> None:
        person = self._person(line)
        share = self._text(line, "share", SHARE_LIMIT)
        joined = self.by_share.get(share) if share else None
        room = self._room(line, share, joined)
        if person is None or room is None:
            return
        if joined is None:
            self.rooms.append(room)
            if share:
                self.by_share[share] = room
        else:
            joined.remarks = " / ".join(dict.fromkeys(part for part in (joined.remarks, room.remarks) if part))
            room = joined
        kind = next((kind for kind in self.types if kind.code == room.room_type), None)
        if kind is not None and len(room.people) >= kind.max_adults:
            self.wrong(line, "share", _("This room type holds at most %(most)s adults.") % {"most": kind.max_adults})
            return
        room.people.append(person)

    def _text(self, line: Line, name: str, limit: int, *, required: bool = False) -> str:
        try:
            return clean_text(line.values.get(name, ""), field=name, limit=limit, required=required)
        except InvalidInput as refusal:
            self.wrong(line, name, refusal.text)
            return ""

    def _person(self, line: Line) -> Person | None:
        name = self._text(line, "name", NAME_LIMIT, required=True)
        phone = self._phone(line)
        document, checked = self._document(line)
        number = checked.number if checked else ""
        if name:
            before = self.named.setdefault((number, "") if number else ("", name), line.number)
            if before != line.number:
                self.wrong(line, "name", _("The same person stands in row %(row)s already.") % {"row": before})
        if any(place[0] == line.number for place in self.errors):
            return None
        return Person(line.number, name, phone, document, checked)

    def _phone(self, line: Line) -> str:
        typed = line.values.get("phone", "").strip().removesuffix(".0")
        if not typed:
            return ""
        if _FLOATED.fullmatch(typed):
            self.wrong(line, "phone", _("The spreadsheet rounded this number: its last digits are lost"))
            return ""
        try:
            normalise_phone(typed)
        except InvalidInput as refusal:
            self.wrong(line, "phone", refusal.text)
        return typed

    def _document(self, line: Line) -> tuple[DocumentInput | None, CheckedDocument | None]:
        typed = unicodedata.normalize("NFKC", line.values.get("document", "")).strip().upper().removesuffix(".0")
        if not typed:
            return None, None
        if _FLOATED.fullmatch(typed):
            self.wrong(line, "document", _("The spreadsheet rounded this number: its last digits are lost"))
            return None, None
        given = document_of(typed)
        try:
            return given, check_document(given)
        except InvalidInput as refusal:
            self.wrong(line, "document", refusal.text)
            return None, None

    def _room(self, line: Line, share: str, joined: ListedRoom | None) -> ListedRoom | None:
        """What the row says of its room; a row that shares takes over what it leaves empty, and may not differ."""
        room_type = self._type(line, joined)
        arrival = self._day(line, "arrival", joined.arrival if joined else self.view.arrival)
        departure = self._day(line, "departure", joined.departure if joined else self.view.departure)
        remarks = self._text(line, "remarks", REMARKS_LIMIT)
        if room_type is None or arrival is None or departure is None:
            return None
        if departure <= arrival:
            self.wrong(line, "departure", _("The departure date is before the arrival date."))
            return None
        room = ListedRoom(share, room_type, arrival, departure, remarks)
        if joined is not None:
            for name in ("room_type", "arrival", "departure"):
                if getattr(room, name) != getattr(joined, name):
                    self.wrong(line, name, _("Who shares a room comes with the same type and dates."))
                    return None
        return room

    def _type(self, line: Line, joined: ListedRoom | None) -> str | None:
        typed = line.values.get("room_type", "").strip()
        if not typed:
            if joined is not None:
                return joined.room_type
            kept = sorted({cell.room_type for cell in self.view.cells})
            if len(kept) == 1:
                return kept[0]
            self.wrong(line, "room_type", _("Which room type?"))
            return None
        found = type_of(typed, self.types)
        if found is None:
            self.wrong(line, "room_type", _("The room type is not known: %(text)s.") % {"text": typed[:40]})
        return found

    def _day(self, line: Line, name: str, default: date) -> date | None:
        typed = line.values.get(name, "").strip()
        if not typed:
            return default
        try:
            day = self._read_day(typed)
        except (Wrong, ValueError):
            self.wrong(line, name, _("This is not a date: write it as 2026-11-26."))
            return None
        if not self.view.arrival - MARGIN <= day <= self.view.departure + MARGIN:
            self.wrong(line, name, _("This is far from the days of the group."))
            return None
        return day

    def _read_day(self, typed: str) -> date:
        text = unicodedata.normalize("NFKC", typed)
        match = _MONTH_DAY.fullmatch(text)
        if match is None:
            return day_of(text)
        month, day = int(match[1]), int(match[2])
        near = [date(year, month, day) for year in {self.view.arrival.year, self.view.departure.year}]
        return min(near, key=lambda one: abs((one - self.view.arrival).days))


def document_of(number: str) -> DocumentInput:
    """The kind is told by the number; what is none of ours is taken for a passport, of China where it looks so."""
    if _RESIDENT.fullmatch(number):
        return DocumentInput(DocumentKind.RESIDENT_ID.value, number)
    for kind, pattern in _PERMITS:
        if pattern.fullmatch(number):
            return DocumentInput(kind.value, number, "CHN" if kind is not DocumentKind.FOREIGNER_PR else "")
    country, _space, rest = number.partition(" ")
    if rest and len(country) in (2, 3):
        try:
            return DocumentInput(DocumentKind.PASSPORT.value, rest, normalise_country(country))
        except InvalidInput:
            pass
    return DocumentInput(DocumentKind.PASSPORT.value, number, "CHN")


def type_of(text: str, types: Sequence[RoomTypeRef]) -> str | None:
    """The room type meant by its code, its name, or a word that only one of them holds."""
    wanted = _plain(text)
    for kind in types:
        if wanted in (_plain(kind.code), _plain(kind.name), _plain(kind.name_en)):
            return kind.code
    near = [
        kind.code for kind in types if len(wanted) > 1 and (wanted in _plain(kind.name) or _plain(kind.name) in wanted)
    ]
    return near[0] if len(near) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def check(view: BlockView, types: Sequence[RoomTypeRef], lines: Sequence[Line], *, extra: bool) -> Checked:
    """Check a list; nothing is read but the group, nothing is written."""
    checker = _Check(view, types)
    for line in lines:
        checker.line(line)
    if not extra:
        _room_enough(checker)
    return Checked(checker.rooms, checker.errors)


def _room_enough(checker: _Check) -> None:
    """Which rooms the group cannot give; the first of a list get them."""
    left: Mapping[tuple[date, str], int] = {(c.night, c.room_type): c.left for c in checker.view.cells}
    asked: Counter[tuple[date, str]] = Counter()
    for room in checker.rooms:
        for offset in range((room.departure - room.arrival).days):
            key = (room.arrival + timedelta(days=offset), room.room_type)
            asked[key] += 1
            if room.people and asked[key] > left.get(key, 0):
                where = (room.people[0].number, "room_type")
                text = _("The group has no room of this type left on %(night)s.") % {"night": key[0].isoformat()}
                checker.errors.setdefault(where, str(text))
