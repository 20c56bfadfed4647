"""A real `binzhi serve` on the database of the tests, and callers that set off together."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from tests.factories import TestHotel
from tests.reservations.desk import make_user

ROOT = Path(__file__).parents[2]
UNGUARDED = Path(__file__).with_name("unguarded.py")
BUSY_TRIES = 20
PRICE = 400  # A night of factories.make_hotel.
_CSRF = "k" * 32  # A form and its cookie must agree; anybody may choose what they agree on.
_keys = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What came back; `seconds` includes the wait for a free thread of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The stable code of a refusal by the API; empty for anything else."""
        return str(self.json["code"]) if "problem+json" in self.headers.get("content-type", "") else ""


class Caller:
    """One program or browser with a connection of its own, open before the race begins."""

    def __init__(self, port: int, **headers: str) -> None:
        self._port, self._headers = port, headers
        self._http = HTTPConnection("127.0.0.1", port, timeout=120)
        self._http.connect()

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        begun = time.perf_counter()
        given = {name.replace("_", "-"): value for name, value in (self._headers | headers).items()}
        try:
            self._http.request(method, path, body, given)
            answer = self._http.getresponse()
            content = answer.read()
        except (HTTPException, ConnectionError):
            self._http.close()
            raise
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, fields, content, time.perf_counter() - begun)

    def close(self) -> None:
        self._http.close()


class Program(Caller):
    """Speaks to the API of one hotel with a token."""

    def __init__(self, port: int, hotel: TestHotel, token: str) -> None:
        super().__init__(port, authorization=f"Bearer {token}", content_type="application/json")
        self._base = f"/api/v1/hotels/{hotel.ref.code}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send(method, self._base + path, b"" if body is None else orjson.dumps(body, default=str), **headers)

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        """With a key of its own unless one is given; a busy hotel is asked again, as its answer says."""
        key = key or f"race-{next(_keys)}"
        for _try in range(BUSY_TRIES):
            answer = self.call("POST", path, body, idempotency_key=key)
            if answer.code != "busy":
                return answer
            time.sleep(float(answer.headers["retry-after"]))
        return answer


class Desk(Caller):
    """A clerk's browser, signed in."""

    def __init__(self, port: int, hotel: TestHotel) -> None:
        browser = Client()
        browser.force_login(make_user(hotel))
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={_CSRF}; binzhi_language=en"
        super().__init__(port, cookie=cookies, content_type="application/x-www-form-urlencoded")
        self._base = f"/h/{hotel.ref.code}"

    def submit(self, path: str, form: Mapping[str, Any]) -> Answer:
        fields = {"csrfmiddlewaretoken": _CSRF, "idempotency_key": f"form-{next(_keys)}", **form}
        return self.send("POST", self._base + path, urlencode(fields, doseq=True).encode())


def booking_form(*, arrival: date, departure: date, remarks: str, room_type: str = "std") -> dict[str, Any]:
    """The booking screen as a clerk sends it, with the price that it showed."""
    seen = PRICE * (departure - arrival).days
    return {
        "arrival": arrival, "departure": departure, "rooms": "1", "adults": "2", "children": "0",
        "offer": f"{room_type}:bar", "expected": f"{seen:.2f}", "guest_text": "贺振东", "booker_phone": "13805713391",
        "market": "fit", "source": "phone", "channel": "direct", "guarantee": "none", "remarks": remarks,
        "expected_at": "18:00",
    }  # fmt: skip


def booking_body(*, arrival: date, departure: date, remarks: str, room_type: str = "std") -> dict[str, Any]:
    """The same as a program sends it."""
    room = {"room_type": room_type, "rate_plan": "bar", "arrival": arrival, "departure": departure, "adults": 2}
    return {"booker_name": "贺振东", "remarks": remarks, "rooms": [room]}


# ---------------------------------------------------------------- the server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def database_of_tests() -> str:
    place = connection.settings_dict
    return make_conninfo(
        dbname=str(place["NAME"]), host=str(place["HOST"]), port=str(place["PORT"]), user=str(place["USER"]),
        password=str(place["PASSWORD"]) or None,
    )  # fmt: skip


@contextmanager
def serving(*, without: str = "", workers: int = 2, threads: int = 4, **more: str) -> Iterator[int]:
    """The port of a `binzhi serve`; `without` changes it as unguarded.py says, `more` goes to its environment."""
    port = free_port()
    command = [str(UNGUARDED), without] if without else ["-m", "binzhi.config.cli", "serve"]
    environment = os.environ | {
        "BINZHI_DATABASE_URL": database_of_tests(), "BINZHI_HOME": str(settings.HOME), "BINZHI_PORT": str(port),
        "BINZHI_WEB_WORKERS": str(workers), "BINZHI_WEB_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    } | more  # fmt: skip
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=said, stderr=said, start_new_session=True
        )
        try:
            _await(process, port)
            yield port
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-20000:])
            raise
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            probe = Caller(port)
            answer = probe.send("GET", "/api/openapi.json")
            probe.close()
        except (OSError, HTTPException):
            time.sleep(0.1)
            continue
        assert answer.status < 500, answer.body
        return
    raise AssertionError("the server does not answer")


# ---------------------------------------------------------------- the race


def race(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """All calls set off together, each in a thread; their answers in the order of the calls."""
    gate = threading.Barrier(len(calls))
    answers: list[Answer | BaseException] = [RuntimeError("not run")] * len(calls)

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = calls[place]()
        except BaseException as error:  # told by the thread that asked for the race
            answers[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: list[Answer] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        found.append(answer)
    return found


def outcomes(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def told(what: str, answers: Sequence[Answer]) -> str:
    """Figures for the reader of the log; nothing depends on them."""
    waits = sorted(answer.seconds for answer in answers)
    late = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
    counted = dict(sorted(outcomes(answers).items()))
    times = f"median {waits[len(waits) // 2]:.2f} s, p99 {late:.2f} s, slowest {waits[-1]:.2f} s"
    return f"\n{what}: {len(answers)} answers {counted}, {times}"
