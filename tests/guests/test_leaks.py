"""One unmistakable guest goes through every door of the house; afterwards nothing of the person lies where it should not.

Searched: the log as the house writes it, every address asked for, given or redirected to, cookies, answers to errors,
files that leave the house, and every row of every table (events, audit, jobs, sessions, caches) as text and as bytes.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from binzhi.guests.importing.running import advance
from binzhi.guests.merging.services import merge_guests
from binzhi.guests.profile.catalogue import FIELDS
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.guests.web import page as guest_page
from binzhi.kernel import clock, db
from binzhi.kernel.logs import QuietFormatter
from binzhi.kernel.ui.searching import opened_words
from binzhi.people import services as people
from tests.architecture.test_access_canaries import sightings
from tests.architecture.test_access_operations import all_rights
from tests.architecture.twins import PASSWORD, Twin, staff_with
from tests.factories import NOW, SYSTEM, TODAY, make_hotel

NAME, GIVEN, PINYIN, LATIN = "欧阳雪漪", "雪漪", "ouyangxueyi", "Snowripple"
PHONE, DIALLED = "13987650123", "139 8765 0123"
CARD, BORN = "110101198706050026", "1987-06-05"
EMAIL, MAILBOX = "snow.ripple@example.com", "snow.ripple"
HIDDEN = "青霉素过敏史甲"
ADDRESS, ILLNESS, GUARDIAN = "翠苑新村8幢302室", "罕见糖尿病史", "欧阳长风"
# Never in clear anywhere but on the page that was asked to show it.
SECRETS = (PHONE, DIALLED, CARD, GUARDIAN, HIDDEN)
# In the tables whose business it is, and nowhere else.
PERSONAL = (NAME, GIVEN, PINYIN, LATIN, EMAIL, MAILBOX, BORN, ADDRESS, ILLNESS)
EVERYTHING = (*SECRETS, *PERSONAL)
KEEPERS = {
    "guests_guest", "reservations_reservation", "guests_plannedcontact", "guests_observation", "guests_profilevalue",
    "guests_warning",
}  # fmt: skip
ASKED = re.compile(r'(?:href|action|src|hx-(?:get|post|push-url|replace-url)|data-src)="([^"]*)"')


@dataclass
class Walk:
    """A browser that remembers every address it used or was given, and every cookie."""

    client: Client
    addresses: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    def go(self, method: str, url: str, typed: Any = None, *, keep: str = "", **headers: Any) -> Any:
        answer = getattr(self.client, method)(url, typed, **headers)
        while True:
            asked = answer.request
            self.addresses.append(f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}")
            self.statuses.append(answer.status_code)
            self.cookies += [cookie.value for cookie in answer.cookies.values()]
            page = answer.content.decode(errors="replace") if not answer.streaming else ""
            self.addresses += ASKED.findall(page)
            if answer.status_code not in (301, 302, 303):
                break
            self.addresses.append(answer["Location"])
            answer = self.client.get(answer["Location"])
        self.answers[keep or url] = page
        return answer


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.fixture
def walked(db: None, logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> tuple[Twin, Walk]:
    twin = Twin(make_hotel(with_billing=True), "leak")
    staff_with(twin, "boss", all_rights())
    staff_with(twin, "second", all_rights())
    client = Client(raise_request_exception=False)
    assert client.login(username="boss", password=PASSWORD)
    walk = Walk(client)
    guest = _file(walk, twin)
    _searches(walk, twin)
    _privacy(walk, twin, guest)
    _learnt(walk, twin, guest)
    _stay(walk, twin, guest)
    _programs(walk, twin)
    _failures(walk, twin, guest, monkeypatch)
    return twin, walk


def _file(walk: Walk, twin: Twin) -> int:
    guests = f"/h/{twin.code}/guests"
    note = f"{ADDRESS}，{ILLNESS}"
    typed = {"name": NAME, "name_en": LATIN, "phone": PHONE, "email": EMAIL, "birth_date": BORN, "note": note}
    walk.go("post", f"{guests}/new", {**typed, "phone": f"{PHONE}9"}, keep="mended")
    walk.go("post", f"{guests}/new", {**typed, "idempotency_key": "leak-1"}, keep="made")
    assert walk.statuses == [422, 302, 200]
    db.enter_scope("*", "*")
    guest: int = db.fetch_value("SELECT id FROM guests_guest WHERE name = %s", [NAME])
    walk.go("post", f"{guests}/{guest}/documents", {"kind": "resident_id", "number": CARD[:-1] + "7"})
    walk.go("post", f"{guests}/{guest}/documents", {"kind": "resident_id", "number": CARD})
    walk.go("post", f"{guests}/{guest}/edit", {**typed, "version": "99"})
    for what in ("phone", "email", "birth_date"):
        walk.go("post", f"{guests}/{guest}/reveal", {"what": what, "reason": "guest"})
    return guest


def _searches(walk: Walk, twin: Twin) -> None:
    """As the pages do it: by form, by part, by type-ahead; then the list again under the address it was given."""
    places = (
        "guests", "guests/suggest", "organisations", "organisations/suggest", "search", "reservations", "arrivals", "in-house",
        "departures", "folios", "vip",
    )  # fmt: skip
    for place in places:
        url = f"/h/{twin.code}/{place}?find"
        for words in (NAME, PINYIN, PHONE, CARD, EMAIL):
            walk.go("post", url, {"q": words}, HTTP_HX_REQUEST="true")
        walk.go("post", url, {"q": NAME}, keep=f"list {place}")


def _privacy(walk: Walk, twin: Twin, guest: int) -> None:
    page, desk = f"/h/{twin.code}/guests/{guest}", f"/h/{twin.code}/privacy"
    consent = {"purpose": "health", "answer": "given", "channel": "desk", "language": "en", "guardian": GUARDIAN,
               "guardian_relation": "父亲"}  # fmt: skip
    walk.go("post", f"{page}/privacy/consent", consent)
    walk.go("post", f"{page}/privacy/ask", {"kind": "export", "channel": "desk"})
    db.enter_scope("*", "*")
    request = db.fetch_value("SELECT id FROM guests_rightsrequest WHERE guest_id = %s", [guest])
    walk.go("post", f"{desk}/requests/{request}/decide", {"grant": "True"})  # refused: the same person
    second = Walk(Client())
    assert second.client.login(username="second", password=PASSWORD)
    granted = second.go("post", f"{desk}/requests/{request}/decide", {"grant": "True"}).content.decode()
    secret = re.search(r'name="secret" value="([^"]+)"', granted)
    assert secret is not None
    packed = second.client.post(f"{desk}/requests/{request}/copy", {"secret": secret[1]}).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert PHONE[3:7] in archive.read("data.json").decode()
    walk.addresses += second.addresses
    plan = {
        "do": "plan",
        "channel": "visit",
        "purpose": f"探望{GIVEN}",
        "due_on": f"{clock.now() + timedelta(days=9):%Y-%m-%d}",
    }
    walk.go("post", f"{page}/relationship", plan)
    db.enter_scope("*", "*")
    planned = db.fetch_value("SELECT id FROM guests_plannedcontact WHERE guest_id = %s", [guest])
    walk.go("post", f"/h/{twin.code}/contacts/{planned}/result", {"outcome": "good", "result": ILLNESS})
    for place in ("lookups", "lookups?format=csv", "requests", "retention", "texts"):
        walk.go("get", f"{desk}/{place}", keep=place)


def _learnt(walk: Walk, twin: Twin, guest: int) -> None:
    """Sensitive fields of the file, what is seen of a guest, warnings, circle, tables that come in, and a merge."""
    page = f"/h/{twin.code}/guests/{guest}"
    fields = [field.key for field in FIELDS if field.on] + ["health", "religion", "income"]
    walk.go("post", f"/h/{twin.code}/guests/fields", {"on": fields})
    shown = walk.go("get", f"{page}/profile").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', shown)
    assert seen is not None
    typed = {"seen": seen[1], "health": HIDDEN, "interests": ILLNESS}
    walk.go("post", f"{page}/profile", {**typed, "religion": HIDDEN})  # refused: nobody consented to that one
    walk.go("post", f"{page}/profile", typed)
    walk.go("post", f"{page}/profile", typed)  # refused: somebody saved since
    walk.go("get", f"{page}/profile", keep="profile")
    for text, chip in ((f"{GIVEN}说{ILLNESS}", []), (ILLNESS, ["no-such"])):
        note = {"guest": guest, "chip": chip, "text": text, "place": "room", "moment": "cleaning", "basis": "seen"}
        walk.go("post", f"/h/{twin.code}/observe/record", note)
    walk.go("post", f"{page}/warnings/new", {"text": f"{GIVEN}{ILLNESS}", "severity": "2"})
    _came_as_a_table(walk, twin)
    other = create_guest(hotel_id=twin.pk, details=GuestDetails(name=NAME, phone=PHONE), actor=SYSTEM, now=NOW)
    merge_guests(hotel_id=twin.pk, survivor_id=guest, merged_id=other, choices={}, actor=SYSTEM, now=NOW)
    for place in (f"guests/{other}", "guests/duplicates", "recognition", "observe", "preferences", "guests/waiting"):
        walk.go("get", f"/h/{twin.code}/{place}", keep=place)
    for words in (NAME, GIVEN):
        walk.go("post", f"/h/{twin.code}/recognition?find", {"q": words}, HTTP_HX_REQUEST="true")


def _came_as_a_table(walk: Walk, twin: Twin) -> None:
    table = f"姓名,手机,邮箱\n{NAME},{PHONE}9,{EMAIL}\n{NAME},{PHONE},{MAILBOX}\n".encode()
    answer = walk.client.post(
        f"/h/{twin.code}/guests/imports", {"file": SimpleUploadedFile("guests.csv", table, "text/csv")}
    )
    address = answer["Location"]
    walk.addresses.append(address)
    import_id = int(address.rsplit("/", 1)[1])

    def work() -> None:
        advance(hotel_id=twin.pk, import_id=import_id, actor=SYSTEM, now=lambda: NOW)
        walk.go("get", address)

    work()
    walk.go("post", address, {"what": "map", "field": ["name", "phone", "email"]})
    work()
    walk.go("get", f"{address}/faults", keep="faults")
    walk.go("post", address, {"what": "start"})
    work()


def _stay(walk: Walk, twin: Twin, guest: int) -> None:
    from binzhi.reservations import services as reservations
    from tests.factories import booking

    typed = booking(booker_name=NAME, booker_phone=PHONE, guest_id=guest)
    reservations.create_reservation(hotel_id=twin.pk, booking=typed, actor=SYSTEM, now=NOW)
    for place in (
        "today",
        "arrivals",
        "reservations",
        "guests",
        f"guests/{guest}",
        f"guests/{guest}/privacy",
        "contacts",
    ):
        walk.go("get", f"/h/{twin.code}/{place}")
    walk.go("get", f"/h/{twin.code}/arrivals", {"format": "csv", "day": f"{TODAY}"}, keep="arrivals.csv")


def _programs(walk: Walk, twin: Twin) -> None:
    owner = staff_with(twin, "programs", all_rights())
    token = people.issue_token(
        hotel_id=twin.pk, name="api", scopes=["guests.view_guest", "guests.create_guest"], actor=owner, now=NOW
    )
    api, bearer = f"/api/v1/hotels/{twin.code}", {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def call(path: str, body: dict[str, Any], keep: str) -> None:
        walk.go("post", f"{api}{path}", json.dumps(body), keep=keep, content_type="application/json", **bearer)

    call("/guests/search", {"q": PHONE}, "api found")
    call("/guests/search", {"q": NAME * 20}, "api 422")
    walk.go("get", f"{api}/guests/999999999", keep="api 404", **bearer)


def _failures(walk: Walk, twin: Twin, guest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks quotes what it broke on, as databases and parsers do; the house must not repeat it."""
    walk.go("get", f"/h/{twin.code}/guests/999999999", keep="404")

    def breaks(**_given: Any) -> Any:
        try:
            raise ValueError(f"invalid literal: {PHONE} {CARD}")
        except ValueError as error:
            raise IntegrityError(f"Failing row contains ({NAME}, {EMAIL}, {BORN})") from error

    monkeypatch.setattr(guest_page, "guest_card", breaks)
    walk.go("get", f"/h/{twin.code}/guests/{guest}", keep="500")
    monkeypatch.undo()


def written(caplog: pytest.LogCaptureFixture) -> str:
    """The log of the whole walk as the house writes it, with all that hangs on a record but the request itself."""
    formatter = QuietFormatter("{asctime} {levelname} {name} {message}", style="{")
    records = caplog.get_records("setup") + caplog.records
    return "\n".join(formatter.format(record) for record in records)


def test_a_guest_goes_through_every_door_and_nothing_lies_about(
    walked: tuple[Twin, Walk], logged: pytest.LogCaptureFixture
) -> None:
    """One walk for all of it, as it is dear; at the end a leak of each kind, which must be found."""
    _twin, walk = walked
    _went_everywhere(walk)
    _log_is_clean(written(logged))
    _addresses_are_clean(walk)
    for page in ("404", "500", "api 404", "api 422", "lookups?format=csv"):
        assert [value for value in EVERYTHING if value in walk.answers[page]] == [], page
    assert HIDDEN not in walk.answers["profile"]
    for page in ("arrivals.csv", "api found", "list guests", "list reservations", "lookups", "requests"):
        assert [value for value in SECRETS if value in walk.answers[page]] == [], page
    found = sightings(EVERYTHING)
    assert {(table, value) for table, value in found if value in SECRETS} == set()
    assert {table for table, _value in found} == KEEPERS
    _leaks_are_found(walk, logged)


def _went_everywhere(walk: Walk) -> None:
    """Otherwise a clean house would prove nothing."""
    assert {200, 302, 404, 409, 412, 422, 500} <= set(walk.statuses)
    assert "欧阳" in walk.answers["arrivals.csv"]
    assert MAILBOX in walk.answers["faults"]
    db.enter_scope("*", "*")
    assert db.fetch_value("SELECT count(*) FROM guests_profilevalue WHERE sealed IS NOT NULL") == 1
    assert db.fetch_value("SELECT made + known FROM guests_import") == 2
    assert db.fetch_value("SELECT count(*) FROM guests_merge") == 1
    for page in ("list guests", "list reservations", "api found"):
        assert NAME in walk.answers[page], page


def _log_is_clean(log: str) -> None:
    assert "IntegrityError" in log
    assert "views.py" in log
    assert [value for value in EVERYTHING if value in log] == []


def _addresses_are_clean(walk: Walk) -> None:
    given = {unquote_plus(address) for address in (*walk.addresses, *walk.cookies)}
    assert len(given) > 200
    assert [(value, address) for address in sorted(given) for value in EVERYTHING if value in address] == []
    sealed = [found[1] for address in given if (found := re.search(r"[?&]q=(~[^&]+)", address))]
    assert NAME in {opened_words(word) for word in sealed}, "no list was shared under sealed words"


def _leaks_are_found(walk: Walk, logged: pytest.LogCaptureFixture) -> None:
    logging.getLogger("binzhi").warning("guest %s could not be reached", PHONE)
    assert PHONE in written(logged)
    plain = logging.Formatter("{message}", style="{")
    told = "".join(plain.format(record) for record in logged.get_records("setup") if record.exc_info)
    assert NAME in told, "the broken page quoted nobody: the quiet log proves nothing"
    walk.go("get", "/h/x/guests", {"q": NAME})
    assert any(NAME in unquote_plus(address) for address in walk.addresses)
    db.enter_scope("*", "*")
    db.execute("UPDATE guests_guest SET note = %s", [PHONE])
    assert ("guests_guest", PHONE) in sightings(SECRETS)
