"""Rights of every call of the API, taken from its own OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.test import Client

from binzhi.api.urls import api
from tests.architecture.test_access_operations import all_rights
from tests.architecture.twins import Twin, fingerprint, issue_token, make_twin

READING = {"get"}


@dataclass(frozen=True)
class Call:
    """One method of one path."""

    method: str
    path: str
    details: dict[str, Any]

    @property
    def arguments(self) -> list[str]:
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "hotel"]

    def url(self, hotel: str, ids: dict[str, Any]) -> str:
        known = {"hotel": hotel} | {name: ids[called(self, name)] for name in self.arguments}
        return self.path.format(**known)


def document() -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads(
        orjson.dumps(api.get_openapi_schema(), default=str, option=orjson.OPT_NON_STR_KEYS)
    )
    return schema


def calls() -> Iterator[Call]:
    for path, methods in document()["paths"].items():
        for method, details in methods.items():
            yield Call(method, path, details)


def called(call: Call, name: str) -> str:
    """By which name the twins know the thing of a path's argument."""
    before = call.path.split("{" + name + "}")[0]
    if name == "number":
        return {"folios/": "folio", "rooms/": "room_number", "reservations/": "number"}[before.split("}/")[-1]]
    if name == "rule_id" and "routing-rules" in before:
        return "routing_rule_id"
    if name == "hold_id" and "folios/" in before:
        return "card_hold_id"
    return {"room_id": "room_reservation_id"}.get(name, name)


ALL = list(calls())
# Dates that belong together.
KNOWN = {"arrival": "2026-11-21", "departure": "2026-11-23"}
# Codes of the twins' hotel that a body must name.
MEANT = KNOWN | {"currency": "CNY", "room": "101", "charge_code": "2010", "means": "cash", "rate_plan": "bar"}
COMPONENTS = document()["components"]["schemas"]


def example(schema: dict[str, Any], meant: dict[str, Any]) -> Any:
    """A value that fits a schema, required keys only; `meant` has those that must name something."""
    if "$ref" in schema:
        return example(COMPONENTS[schema["$ref"].split("/")[-1]], meant)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], meant)
    if "enum" in schema:
        return schema["enum"][-1] or schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("examples"):
        return schema["examples"][0]
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", [])
        return {name: meant.get(name) or example(schema["properties"][name], meant) for name in required}
    if kind == "array":
        return [example(schema["items"], meant)] * int(schema.get("minItems", 1))
    if kind in ("integer", "number"):
        return max(int(schema.get("minimum", 1)), 1)
    if kind == "boolean":
        return False
    return {"date": "2026-11-21", "date-time": "2026-11-21T06:00:00Z", "time": "12:00"}.get(
        schema.get("format", ""), "std"
    )


def send(call: Call, url: str, token: str, ids: dict[str, Any] | None = None) -> Any:
    headers: dict[str, str] = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    query = []
    for parameter in call.details.get("parameters", []):
        if parameter["in"] == "header" and parameter.get("required"):
            value = {"If-Match": '"1"'}.get(parameter["name"], f"key-{abs(hash(url + call.method))}")
            headers["HTTP_" + parameter["name"].upper().replace("-", "_")] = value
        if parameter["in"] == "query" and parameter.get("required"):
            value = KNOWN.get(parameter["name"], example(parameter["schema"], {}))
            query.append(f"{parameter['name']}={value}")
    body = call.details.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    data = orjson.dumps(example(body, MEANT | {"transaction": (ids or {}).get("payment_id", 1)})) if body else b""
    address = url + ("?" + "&".join(query) if query else "")
    return Client().generic(call.method.upper(), address, data, content_type="application/json", **headers)


@dataclass
class House:
    own: Twin
    foreign: Twin
    everything: str
    nothing: str
    other: str


@pytest.fixture
def house(db: None) -> House:
    own, foreign = make_twin("a"), make_twin("b")
    for twin in (own, foreign):
        twin.ids |= {"room_number": next(iter(twin.hotel.rooms))}
    rights = all_rights()
    return House(
        own, foreign, issue_token(own, "all", rights)[0], issue_token(own, "none", {"people.own_account"})[0],
        issue_token(foreign, "other", rights)[0],
    )  # fmt: skip


def test_every_call_asks_for_a_token() -> None:
    assert len(ALL) > 40
    assert [call.path for call in ALL if not call.details.get("security")] == []


def test_calls_without_a_valid_token_are_sent_away(house: House) -> None:
    before = fingerprint()
    wrong = []
    for call in ALL:
        for token in ("", "bz_" + "x" * 43, house.everything + "x"):
            answer = send(call, call.url(house.own.code, house.own.ids), token)
            if answer.status_code != 401:
                wrong.append((call.method, call.path, token[:4], answer.status_code))
    assert wrong == []
    assert fingerprint() == before


def test_calls_with_a_token_of_another_hotel_are_told_nothing(house: House) -> None:
    before = fingerprint()
    wrong = []
    for call in ALL:
        answers = [send(call, call.url(code, house.own.ids), house.other) for code in (house.own.code, "no-such-1")]
        statuses = [answer.status_code for answer in answers]
        if statuses != [404, 404] or answers[0].content != answers[1].content:
            wrong.append((call.method, call.path, statuses))
    assert wrong == []
    assert fingerprint() == before


def test_calls_without_the_scope_are_forbidden(house: House) -> None:
    before = fingerprint()
    wrong = []
    for call in ALL:
        answer = send(call, call.url(house.own.code, house.own.ids), house.nothing, house.own.ids)
        if answer.status_code != 403 and call.path not in OPEN_TO_ANY_TOKEN:
            wrong.append((call.method, call.path, answer.status_code, answer.content[:200]))
    assert wrong == []
    assert fingerprint() == before


# What any program of the hotel may know: its own hotel's name and day.
OPEN_TO_ANY_TOKEN = {"/api/v1/hotels/{hotel}"}


def test_calls_with_things_of_the_twin_hotel_answer_as_if_they_did_not_exist(house: House) -> None:
    missing = {key: 2**40 if isinstance(value, int) else "Z999999" for key, value in house.foreign.ids.items()}
    before = fingerprint()
    wrong = []
    tried = 0
    for call in ALL:
        url, nowhere = (call.url(house.own.code, ids) for ids in (house.foreign.ids, missing))
        if not call.arguments or url == call.url(house.own.code, house.own.ids):
            continue
        tried += 1
        answer, other = (send(call, place, house.everything) for place in (url, nowhere))
        if answer.status_code < 400 or answer.status_code != other.status_code or answer.status_code >= 500:
            wrong.append((call.method, call.path, answer.status_code, other.status_code))
    assert wrong == []
    assert tried > 15
    assert fingerprint() == before


def test_negative_control_reading_calls_with_every_scope_answer(house: House) -> None:
    wrong = []
    for call in ALL:
        if call.method in READING:
            answer = send(call, call.url(house.own.code, house.own.ids), house.everything)
            if answer.status_code != 200:
                wrong.append((call.path, answer.status_code, answer.content[:200]))
    assert wrong == []
