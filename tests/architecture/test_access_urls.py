"""Rights of every address, taken from the resolver: (who) x (method) x (whose hotel, whose things).

A screen of a hotel names its right in its gate, so its rows make themselves. Every other address must stand in
DECLARED; an address without a row fails `test_every_address_has_a_row`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.test import Client, TestCase, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from binzhi.promises.photos import keep_photo
from tests.architecture import twins_desk, twins_folio, twins_groups, twins_privacy
from tests.architecture.test_access_operations import all_rights
from tests.architecture.twins import PASSWORD, Twin, fingerprint, make_twin, staff_with
from tests.factories import NOW, SYSTEM

SIGN_IN = "/accounts/login/"
METHODS = ("get", "post")
# Answered before the gate by views that take one method only, to everybody alike.
WRONG_METHOD = 405
# What a colleague may meet behind the gate: the page, a move, a missing thing, a wrong method, something to mend.
BEHIND_THE_GATE = {200, 201, 204, 302, 304, 404, 405, 409, 412, 422}


@dataclass(frozen=True)
class Address:
    """One entry of the resolver."""

    route: str
    name: str
    view: Any

    @property
    def is_screen(self) -> bool:
        return bool(getattr(self.view, "binzhi_screen", False))

    @property
    def permission(self) -> str | None:
        right = getattr(self.view, "binzhi_permission", None)
        return None if right is None else str(right)

    @property
    def arguments(self) -> list[str]:
        return [argument for argument in re.findall(r"<(?:\w+:)?(\w+)>", self.route) if argument != "hotel"]

    def url(self, hotel: str, ids: dict[str, Any]) -> str:
        def fill(found: re.Match[str]) -> str:
            name = found[1]
            return hotel if name == "hotel" else str(value_of(self, name, ids))

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, self.route)


# Arguments of addresses that are not called after the thing whose id they are.
CALLED = {
    ("frontdesk", "number"): "room_number", ("reservations", "position"): "position", ("billing", "number"): "folio",
    ("billing", "folio"): "folio", ("frontdesk", "folio"): "folio", ("promises", "code"): "protocol_code",
    **twins_privacy.CALLED,
    **twins_folio.CALLED,
    **twins_desk.CALLED,
    **twins_groups.CALLED,
}  # fmt: skip


def value_of(address: Address, argument: str, ids: dict[str, Any]) -> Any:
    context = address.view.__module__.split(".")[1]
    key = CALLED.get((context, argument), argument)
    key = key if key in ids else f"{key}_id"
    assert key in ids, f"say in CALLED what <{argument}> of {address.route} is"
    return ids[key]


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            yield Address(route, entry.name or "", entry.callback)


# Addresses without a gate of ours: what a stranger and a colleague get, for GET and POST.
ENTRY = "anybody: this is where one signs in or out"
OWN = "anybody signed in: one's own password and second step"
PREFERENCE = "anybody: language and theme of this screen, kept in a cookie"
STYLEGUIDE = "nobody, unless the styleguide is switched on: it holds made-up data only"
SEARCH = "colleagues of the hotel: each provider checks its own right"
START = "anybody: sends strangers to the sign-in page and colleagues to their hotel"
API_DOCUMENT = "anybody: the description of the API holds no data"
API = "programs with a token: see test_access_api.py"
DECLARED: dict[str, str] = {
    "accounts/login/": ENTRY,
    "accounts/logout/": ENTRY,
    "accounts/inactive/": ENTRY,
    "accounts/2fa/authenticate/": ENTRY,
    "accounts/reauthenticate/": OWN,
    "accounts/2fa/reauthenticate/": OWN,
    "accounts/password/change/": OWN,
    "accounts/2fa/": OWN,
    "accounts/2fa/totp/activate/": OWN,
    "accounts/2fa/totp/deactivate/": OWN,
    "accounts/2fa/recovery-codes/": OWN,
    "accounts/2fa/recovery-codes/generate/": OWN,
    "accounts/2fa/recovery-codes/download/": OWN,
    "ui/theme": PREFERENCE,
    "ui/language": PREFERENCE,
    "ui/styleguide": STYLEGUIDE,
    "ui/styleguide/guests": STYLEGUIDE,
    "ui/styleguide/panel": STYLEGUIDE,
    "ui/styleguide/form": STYLEGUIDE,
    "ui/styleguide/live": STYLEGUIDE,
    "ui/styleguide/error/<int:status>": STYLEGUIDE,
    "h/<str:hotel>/search": SEARCH,
    "": START,
    "api/openapi.json": API_DOCUMENT,
    "api/": API_DOCUMENT,
}


def declared(address: Address) -> str | None:
    return API if address.route.startswith("api/v1/") else DECLARED.get(address.route)


ALL = list(addresses())
SCREENS = [address for address in ALL if address.is_screen]
WITH_IDS = [address for address in SCREENS if address.arguments]


def test_every_address_has_a_row() -> None:
    assert [address.route for address in ALL if not address.is_screen and declared(address) is None] == []


def test_no_row_is_left_of_an_address_that_is_gone() -> None:
    assert set(DECLARED) - {address.route for address in ALL} == set()


def test_every_screen_of_a_hotel_names_a_right_that_exists() -> None:
    rights = all_rights()
    assert [address.route for address in SCREENS if address.permission not in rights] == []
    assert [address.route for address in SCREENS if "<slug:hotel>" not in address.route] == []


@dataclass
class House:
    """Two hotels and the colleagues that try every door."""

    own: Twin
    foreign: Twin
    boss: Client
    nobody: Client
    other_boss: Client

    def who(self, name: str) -> Client:
        return {"boss": self.boss, "nobody": self.nobody, "other": self.other_boss, "stranger": Client()}[name]


def photo_of(twin: Twin) -> int:
    """A picture that somebody of the hotel handed in."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (40, 120, 90)).save(out, "PNG")
    return keep_photo(hotel_id=twin.hotel.pk, data=out.getvalue(), actor=SYSTEM, now=NOW)


def signed_in(username: str) -> Client:
    client = Client()
    assert client.login(username=username, password=PASSWORD)
    return client


def plain(page: str, *codes: str) -> str:
    """A page without what changes from one load to the next."""
    page = re.sub(
        r'(csrf-token" content|csrfmiddlewaretoken" value|data-now|name="idempotency_key" value)="[^"]*"', "", page
    )
    for code in codes:
        page = page.replace(code, "…")
    return page


def routes_of(*who: str) -> list[str]:
    """Addresses declared so. They share a house: two whole hotels cost more than a question."""
    return [route for route, declared_as in DECLARED.items() if declared_as in who]


class Doors(TestCase):
    """The hotels are furnished once for all of them; what a test does to them is taken back."""

    _built: ClassVar[list[House]] = []

    @classmethod
    def setUpTestData(cls) -> None:
        own, foreign = make_twin("a"), make_twin("b")
        for twin in (own, foreign):
            twin.ids |= {"room_number": next(iter(twin.hotel.rooms)), "position": 1, "code": "vip-reception"}
            twin.ids["photo_id"] = photo_of(twin)
        staff_with(own, "boss", all_rights())
        staff_with(own, "nobody", ())
        staff_with(foreign, "other.boss", all_rights())
        clients = signed_in("boss"), signed_in("nobody"), signed_in("other.boss")
        # In a list: Django copies what it finds on the class for every test.
        cls._built[:] = [House(own, foreign, *clients)]

    def house(self) -> House:
        return self._built[0]

    def test_screens_stranger_is_sent_to_sign_in(self) -> None:
        house = self.house()
        before = fingerprint()
        wrong = []
        for address in SCREENS:
            for method in METHODS:
                url = address.url(house.own.code, house.own.ids)
                answer = getattr(Client(), method)(url)
                sent = answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)
                if not sent and answer.status_code != WRONG_METHOD:
                    wrong.append((method, url, answer.status_code))
        assert wrong == []
        assert fingerprint() == before

    def test_screens_colleague_without_rights_is_refused(self) -> None:
        house = self.house()
        before = fingerprint()
        wrong = []
        for address in SCREENS:
            for method in METHODS:
                url = address.url(house.own.code, house.own.ids)
                answer = getattr(house.nobody, method)(url)
                if answer.status_code not in (403, WRONG_METHOD):
                    wrong.append((method, url, answer.status_code))
        assert wrong == []
        assert fingerprint() == before

    def test_screens_colleague_with_every_right_but_this_is_refused(self) -> None:
        """One right taken away at a time: the gate asks for the right it names, not for just any."""
        house = self.house()
        wrong = []
        for right in sorted({address.permission or "" for address in SCREENS}):
            name = right.replace(".", "-")[:40]
            staff_with(house.own, name, all_rights() - {right})
            client = signed_in(name)
            for address in SCREENS:
                if address.permission == right:
                    url = address.url(house.own.code, house.own.ids)
                    answers = [getattr(client, method)(url).status_code for method in METHODS]
                    if set(answers) - {WRONG_METHOD} != {403}:
                        wrong.append((right, url, answers))
        assert wrong == []

    def test_screens_colleague_of_another_hotel_is_told_nothing(self) -> None:
        """The page for a hotel of others and for one that does not exist are the same."""
        house = self.house()
        before = fingerprint()
        wrong = []
        for address in SCREENS:
            for method in METHODS:
                pages = [
                    getattr(house.other_boss, method)(address.url(code, house.own.ids))
                    for code in (house.own.code, "no-such-1")
                ]
                bodies = [plain(page.content.decode(), house.own.code, "no-such-1") for page in pages]
                statuses = {page.status_code for page in pages}
                if statuses not in ({404}, {WRONG_METHOD}) or bodies[0] != bodies[1]:
                    wrong.append((method, address.route, [page.status_code for page in pages]))
        assert wrong == []
        assert fingerprint() == before

    def test_screens_colleague_with_every_right_gets_through(self) -> None:
        """Negative control of all refusals above, and no door falls on anybody: no 5xx, no 403."""
        house = self.house()
        wrong = []
        for address in SCREENS:
            for method in METHODS:
                url = address.url(house.own.code, house.own.ids)
                answer = getattr(house.boss, method)(url)
                if answer.status_code not in BEHIND_THE_GATE:
                    wrong.append((method, url, answer.status_code))
        assert wrong == []

    def test_screens_with_things_of_the_twin_hotel_answer_as_if_they_did_not_exist(self) -> None:
        """Numbers that mean something in both hotels (room 101, line 1) are left out: they find one's own."""
        house = self.house()
        both = {"room_number", "position", "code"}
        missing = {key: 2**40 if isinstance(value, int) else "Z999999" for key, value in house.foreign.ids.items()}
        missing |= {key: house.own.ids[key] for key in both}
        before = fingerprint()
        wrong = []
        tried = 0
        for address in WITH_IDS:
            url, nowhere = (address.url(house.own.code, ids) for ids in (house.foreign.ids, missing))
            if url == address.url(house.own.code, house.own.ids):
                continue
            for method in METHODS:
                tried += 1
                answer, other = (getattr(house.boss, method)(place) for place in (url, nowhere))
                found = answer.status_code == 200 or "国梁b" in answer.content.decode()
                if found or answer.status_code != other.status_code:
                    wrong.append((method, url, answer.status_code, other.status_code))
        assert wrong == []
        assert tried > 20
        assert fingerprint() == before

    def test_lists_searches_and_figures_show_nothing_of_the_twin_hotel(self) -> None:
        """Every screen without ids, as it comes and searched for what both hotels have."""
        house = self.house()
        leaks = []
        searching = set()
        for address in SCREENS:
            if address.arguments:
                continue
            url = address.url(house.own.code, {})
            pages = {query: house.boss.get(url + query).content.decode() for query in ("", "?q=chen")}
            # Most pages do not search: what they show is the same whatever is asked.
            if plain(pages[""]) != plain(pages["?q=chen"]):
                for query in ("?q=8806", "?q=13912348806", "?q=BZ1", "?q=lan", "?q=11010519491231002X", "?q=wang"):
                    pages[query] = house.boss.get(url + query).content.decode()
                    searching.add(address.route)
            leaks += [
                (address.route, query, mark)
                for query, page in pages.items()
                for mark in ("国梁b", "王b", "李b", "周敏b", "澜海b", house.foreign.code)
                if mark in page
            ]
        assert leaks == []
        assert len(searching) > 5
        found = house.boss.get(f"/h/{house.own.code}/guests?q=8806").content.decode()
        assert "陈国梁a" in found

    def test_own_account_is_for_the_signed_in(self) -> None:
        house = self.house()
        for route in routes_of(OWN):
            for method in METHODS:
                answer = getattr(Client(), method)(f"/{route}")
                assert (answer.status_code, answer["Location"].startswith(SIGN_IN)) == (302, True), (route, method)
            assert house.boss.get(f"/{route}").status_code in (200, 302, 404), route

    @override_settings(BINZHI_STYLEGUIDE=False)
    def test_styleguide_is_not_there_unless_switched_on(self) -> None:
        house = self.house()
        for route in routes_of(STYLEGUIDE):
            url = "/" + route.replace("<int:status>", "404")
            assert [client.get(url).status_code for client in (Client(), house.boss)] == [404, 404], route

    def test_search_box_is_for_colleagues_of_the_hotel(self) -> None:
        house = self.house()
        url = f"/h/{house.own.code}/search"
        assert Client().get(url)["Location"].startswith(SIGN_IN)
        assert house.other_boss.get(url, {"q": "chen"}).status_code == 404
        assert "陈国梁" not in house.nobody.get(url, {"q": "chen"}).content.decode()
        assert "陈国梁a" in house.boss.get(url, {"q": "chen"}).content.decode()
        assert "陈国梁b" not in house.boss.get(url, {"q": "chen"}).content.decode()

    def test_open_doors_hold_no_data(self) -> None:
        house = self.house()
        for route in routes_of(ENTRY, PREFERENCE, START):
            for method in METHODS:
                answer = getattr(Client(), method)(f"/{route}")
                assert answer.status_code in (200, 302, 405), (route, method)
                assert house.own.hotel.ref.name not in answer.content.decode(), (route, method)
