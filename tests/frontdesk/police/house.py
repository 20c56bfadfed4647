"""A hotel that reports to the simulator, people in it, and a sender whose clock the test moves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from binzhi.frontdesk.police.sending import send_due
from binzhi.frontdesk.police.settings import LinkInput, link_of, set_up_police
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration.particulars import Particulars
from binzhi.frontdesk.requests import DocumentInput, RegistrationInput
from binzhi.frontdesk.services import check_in, check_out
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.conftest import POLICE_KEY, arrive, clerk_of


def number_of(body: str) -> str:
    """A resident ID number with its check character."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


WANG, LI = number_of("11010519900307001"), number_of("11010519851212002")
# Valid, and unknown to the simulator.
UNKNOWN = next(number for day in range(1, 29) if (number := number_of(f"110105199003{day:02d}000")).endswith("000X"))
SMITH = RegistrationInput(
    name="John Smith", sex="male", birth_date=date(1980, 5, 1),
    document=DocumentInput(kind="passport", number="L898902C3", country="USA"),
    particulars=Particulars(latin_name="SMITH JOHN", visa_kind="visa", stay_until=date(2026, 12, 31),
                            entered_on=date(2026, 11, 20)),
)  # fmt: skip


def person(name: str = "王伟", number: str = WANG, **more: Any) -> RegistrationInput:
    return RegistrationInput(name=name, document=DocumentInput(kind="resident_id", number=number), **more)


def reporting(hotel: TestHotel, url: str, **more: Any) -> None:
    """Switch reporting on, or change how."""
    kept = link_of(hotel.pk)
    given = {"is_on": True, "region": "national", "url": url, "key": POLICE_KEY, "station": "H001"} | more
    link = LinkInput(expected_version=kept.version if kept else 0, **given)
    set_up_police(hotel_id=hotel.pk, link=link, actor=SYSTEM, now=NOW)


def begin(hotel: TestHotel, *people: RegistrationInput, room: str = "101", now: datetime = NOW) -> int:
    stay = arrive(hotel, room=room, adults=max(len(people), 1))
    check_in(hotel_id=hotel.pk, room_reservation_id=stay, registrations=people, actor=clerk_of(hotel), now=now)
    return stay


def reports() -> list[dict[str, Any]]:
    db.enter_scope("*", "*")
    return db.fetch_all("SELECT * FROM frontdesk_policereport ORDER BY id")


def states() -> list[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in reports()]


def tries() -> list[tuple[str, str]]:
    rows = db.fetch_all("SELECT outcome, code FROM frontdesk_policeattempt ORDER BY id")
    return [(row["outcome"], row["code"]) for row in rows]


def told(police: Simulator) -> list[dict[str, Any]]:
    return list(police.received.reports.values())


def send_all(now: datetime) -> int:
    sent = 0
    while found := send_due(now=now):
        sent += found
    return sent


def what(hotel: TestHotel, report_id: int, now: Any = NOW) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "report_id": report_id, "actor": SYSTEM, "now": now}


def leave(hotel: TestHotel, stay: int, now: Any) -> None:
    check_out(hotel_id=hotel.pk, room_reservation_id=stay, waive_day_use="test", actor=SYSTEM, now=now)
