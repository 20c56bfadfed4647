"""The three forms of a visit as PDF: what a notice said when it was issued, and who has signed by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from binzhi.guests.queries import guest_card
from binzhi.kernel import clock
from binzhi.kernel.errors import NotFound
from binzhi.kernel.paper import pdf
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.promises.enums import TaskState
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.queries import Card, run_view
from binzhi.promises.queries.runs import departments_of
from binzhi.property.queries import HotelRef
from binzhi.vip import changes, queries
from binzhi.vip.access import Permission
from binzhi.vip.enums import Happening, NoticeKind
from binzhi.vip.queries import VisitView
from binzhi.vip.web.page import visit_of
from binzhi.vip.web.wording import amenity

# The forms are the house's own paper: in Chinese, whoever prints them.
LANGUAGE = "zh-hans"
FINAL_CHECK, SEAL = "final-check", "room-sealed"
SIGNED_FOR, FAREWELL, LEFT_ITEMS = "notice-signed", "farewell", "left-items-searched"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Desk:
    """What every form asks: the visit, the hotel's clocks, its departments, the tasks with who signed them."""

    hotel: HotelRef
    now: datetime
    view: VisitView
    departments: dict[str, str]
    cards: Sequence[Card]
    proofs: dict[int, list[dict[str, Any]]]
    guest: str
    protocol: ProtocolSpec

    def at(self, moment: datetime | str | None) -> str:
        if not moment:
            return ""
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return f"{found.astimezone(ZoneInfo(self.hotel.timezone)):%Y-%m-%d %H:%M}"

    def place(self, code: str) -> str:
        return self.departments.get(code, code)

    def signed(self, card: Card) -> tuple[str, str]:
        """Who signed a task, and when; nobody while it is not done."""
        proofs = self.proofs.get(card.id, [])
        if card.state != TaskState.DONE:
            return "", ""
        names = list(dict.fromkeys(one["name"] for one in proofs if one["name"]))
        return "、".join(names) or card.assignee, self.at(card.ended_at)

    def of(self, *keys: str) -> Iterable[Card]:
        return (card for card in self.cards if card.key in keys and card.state != TaskState.DROPPED)

    def head(self, number: str) -> dict[str, Any]:
        line = self.view.line
        return {
            "hotel": self.hotel.name, "number": number, "printed": self.at(self.now), "guest": self.guest,
            "level": _level(line.level, line.level_name), "room": line.room, "host": self.place(line.host),
        }  # fmt: skip


def _desk(request: StaffRequest, visit_id: int) -> Desk:
    """Raises NotFound, for a visit without a level as well: there is nothing to print yet."""
    hotel, now, view = hotel_of(request), clock.now(), visit_of(request, visit_id)
    run_id = view.line.run_id
    if run_id is None:
        raise NotFound(field="notice")
    guest = guest_card(group_id=hotel.group_id, guest_id=view.guest_id).name if view.guest_id else view.line.title
    run = run_view(hotel_id=hotel.pk, run_id=run_id, now=now)
    return Desk(
        hotel=hotel, now=now, view=view, departments=dict(departments_of(hotel.pk)),
        cards=run.tasks, protocol=run.protocol,
        proofs=queries.proofs_by_task(hotel_id=hotel.pk, run_id=run_id), guest=guest,
    )  # fmt: skip


def _issued(desk: Desk, request: StaffRequest, kind: NoticeKind) -> tuple[dict[str, Any], str]:
    """The notice asked for by its number, else the last one, and who issued it. Raises NotFound."""
    mine = [one for one in desk.view.notices if one["kind"] == kind]
    asked = request.GET.get("number", "")
    found = next((one for one in reversed(mine) if asked in ("", str(one["number"]))), None)
    if found is None:
        raise NotFound(field="notice")
    issued = queries.notice(
        hotel_id=desk.hotel.pk, visit_id=desk.view.line.id, kind=str(kind.value), number=found["number"]
    )
    return issued, found["issued_by"]


def _level(code: str, name: str) -> str:
    """The code that everybody says, and the house's own name where it is another."""
    return code if name in ("", code) else f"{code} {name}"


def _number(mark: str, visit_id: int, number: int) -> str:
    return f"{mark}-{visit_id}-{number}"


def pdf_answer(template: str, data: dict[str, Any], name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf(f"vip/paper/{template}.typ", data), content_type="application/pdf", headers=headers)


# ---------------------------------------------------------------- 《贵宾接待通知单》


@require_GET
@screen(Permission.VIEW)
def notice_pdf(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The reception notice as it was issued (`?number=2`: the second), with the departments' signatures by now."""
    with translation.override(LANGUAGE):
        desk = _desk(request, visit_id)
        issued, by = _issued(desk, request, NoticeKind.RECEPTION)
        number = _number("TZ", visit_id, issued["number"])
        return pdf_answer("notice", _notice(desk, issued, by, number), number)


def _notice(desk: Desk, issued: dict[str, Any], by: str, number: str) -> dict[str, Any]:
    said = issued["content"]
    people = {(card.key, card.department): card.assignee for card in desk.cards if card.assignee}
    signatures = [[pgettext("notice", "Issued by"), by, desk.at(issued["issued_at"])]]
    signatures += [[card.department_label, *desk.signed(card)] for card in desk.of(SIGNED_FOR)]
    return desk.head(number) | {
        "level": _level(said["level"], said["level_name"]), "title": said["title"], "party": str(said["party_size"]),
        "room": said["room"],
        "arrival": desk.at(said["arrival"]), "departure": desk.at(said["departure"]),
        "host": desk.place(said["host"]), "meals": _meals(desk), "pays": "", "needs": said["needs"],
        "amenities": "；".join(filter(None, (amenity(**one) for one in said["amenities"]))),
        "changes": changes.lines(said.get("changes", []), ZoneInfo(desk.hotel.timezone)),
        "cautions": said["cautions"],
        "tasks": [
            [one["clause"], desk.place(one["department"]), one["task"], desk.at(one["due"])[5:],
             people.get((one["key"], one["department"]), "")]
            for one in said["tasks"]
        ],
        "signatures": signatures,
    }  # fmt: skip


def _meals(desk: Desk) -> str:
    return "；".join(f"{desk.at(menu['meal_at'])[5:]} {menu['private_room']}".strip() for menu in desk.view.menus)


# ---------------------------------------------------------------- 《贵宾封房确认表》


@require_GET
@screen(Permission.VIEW)
def seal_pdf(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The checks of the room before it is sealed, with their signatures, and the seal."""
    with translation.override(LANGUAGE):
        desk = _desk(request, visit_id)
        number = _number("FF", visit_id, 1)
        return pdf_answer("seal", _seal(desk, number), number)


def _checks(protocol: ProtocolSpec) -> list[str]:
    """What the seal waits for, and what that waits for, by the protocol's own account; without a seal the last check.

    Of the shipped one the final check, and what housekeeping, engineering and purchasing do before it.
    """
    seals = [task for task in protocol.tasks if task.key == SEAL or task.key.startswith(f"{SEAL}-")]
    last = {key for task in seals for key in task.after} or {FINAL_CHECK} & set(protocol.by_key)
    before = {key for name in last for key in protocol.by_key[name].after}
    return [task.key for task in protocol.tasks if task.key in before] + sorted(last)


def _seal(desk: Desk, number: str) -> dict[str, Any]:
    seal = queries.last_seal(hotel_id=desk.hotel.pk, visit_id=desk.view.line.id) or {}
    broken = None
    # An ended seal without a reason was opened by the arrival it was made for.
    if seal.get("reason"):
        broken = [seal["broken_by"], desk.at(seal["broken_at"]), seal["reason"]]
    checks = desk.of(*_checks(desk.protocol))
    return desk.head(number) | {
        "arrival": desk.at(desk.view.line.arrival_at),
        "checks": [[card.title, card.department_label, _result(card), *desk.signed(card)] for card in checks],
        "seal": [seal.get("sealed_by", ""), desk.at(seal.get("sealed_at"))],
        "broken": broken,
    }


def _result(card: Card) -> str:
    if card.state == TaskState.DONE:
        return _("In order")
    return card.reason if card.state == TaskState.WAIVED else ""


# ---------------------------------------------------------------- 《贵宾抵离通知单》


@require_GET
@screen(Permission.VIEW)
def departure_pdf(request: StaffRequest, visit_id: int) -> HttpResponse:
    """That the guest came and has left, with what was late."""
    with translation.override(LANGUAGE):
        desk = _desk(request, visit_id)
        issued, by = _issued(desk, request, NoticeKind.DEPARTURE)
        number = _number("DL", visit_id, issued["number"])
        return pdf_answer("departure", _departure(desk, issued, by, number), number)


def _departure(desk: Desk, issued: dict[str, Any], by: str, number: str) -> dict[str, Any]:
    said, events = issued["content"], desk.view.events
    noted = [one["text"] for one in events if one["kind"] in (Happening.WISH, Happening.FEEDBACK) and one["text"]]
    searched = [one["text"] for card in desk.of(LEFT_ITEMS) for one in desk.proofs.get(card.id, []) if one["text"]]
    late = [card for card in desk.cards if card.state != TaskState.DROPPED and card.late_by >= MINUTE]
    return desk.head(number) | {
        "level": _level(said["level"], said["level_name"]), "room": said["room"], "host": desk.place(said["host"]),
        "came": desk.at(said["arrival"]), "went": desk.at(said["departure"]),
        "seen_off": next((desk.signed(card)[0] for card in desk.of(FAREWELL)), ""), "left_items": "；".join(searched),
        "remarks": "；".join(noted),
        "late": [[card.clause, card.department_label, card.title, _span(card.late_by)] for card in late],
        "signatures": [
            [pgettext("notice", "Issued by"), by, desk.at(issued["issued_at"])], [desk.place(said["host"]), "", ""],
        ],
    }  # fmt: skip


def _span(late: timedelta) -> str:
    minutes = late // MINUTE
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
