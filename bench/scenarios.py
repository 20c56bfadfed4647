"""What is measured: each scenario gives ratios first, then the figures they came from."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

import orjson

from bench import audit, data, desk, guests, imports, outside, pack, promises, sql
from bench.bare import Bare, Rate
from bench.load import fire, quantile, request_bytes
from bench.server import serving
from binzhi.config.embedded.cluster import Cluster
from binzhi.kernel import db

COPIES = 1000
# More than can be sold while it is measured.
PLENTY = 1_000_000
ROUNDS = 5
SLICE = 5  # seconds of one run in a round


class Stage:
    """The server everything runs on, and the hotels on it, made when first asked for."""

    def __init__(self, cluster: Cluster, *, quick: bool) -> None:
        self.cluster = cluster
        self.quick = quick
        self.url = cluster.url
        status = cluster.status()
        assert status.pid is not None
        self.postmaster = status.pid
        self.bare = Bare(cluster.url, postmaster=status.pid)
        self.y = self.y_cpu = 1.0
        self._furnished: dict[str, data.Bench] = {}
        db.enter_scope("*", "*")

    def seconds(self, full: int) -> int:
        return max(2, full // 5) if self.quick else full

    def hotel(self, code: str, *, rooms: int = data.ROOMS, group: str = "bench") -> data.Bench:
        if code not in self._furnished:
            self._furnished[code] = data.furnish(code=code, rooms=data.ROOMS, group=group)
            # More than the house has rooms: only the counters matter here.
            db.execute(
                "UPDATE reservations_night SET rooms = %s WHERE hotel_id = %s", [rooms, self._furnished[code].hotel.pk]
            )
            db.execute("VACUUM ANALYZE")
        return self._furnished[code]

    def watched(self, web: int) -> list[int]:
        return [self.postmaster, web, os.getpid()]


Run = Callable[[int], Rate]


def in_turn(stage: Stage, **runs: Run) -> dict[str, list[Rate]]:
    """Run everything in turn, each time with the yardstick before it: a shared machine is not as fast all the time.

    A run is given its round, so that no two rounds send the same.
    """
    found: dict[str, list[Rate]] = {"Y": [], **{name: [] for name in runs}}
    seconds = stage.seconds(SLICE)
    for turn in range(2 if stage.quick else ROUNDS):
        found["Y"].append(stage.bare.yardstick(seconds=seconds))
        for name, run in runs.items():
            found[name].append(run(turn))
    return found


def middle(over: list[Rate], under: list[Rate], figure: str = "per_second") -> float:
    """The median of the ratios that belong together."""
    return _round(median(getattr(a, figure) / getattr(b, figure) for a, b in zip(over, under, strict=True)))


def told(rates: list[Rate]) -> dict[str, float]:
    """The round that is the median by rate."""
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2].figures()


def availability(stage: Stage) -> dict[str, Any]:
    """10 types × 3 plans × 3 nights with prices and restrictions."""
    one = stage.hotel("bench")
    script = sql.availability(hotel_id=one.hotel.pk)
    seconds = stage.seconds(SLICE)

    def bare(_turn: int) -> Rate:
        return stage.bare.script(script, clients=8, seconds=seconds)

    with serving(stage.url) as (port, web):
        fire(port, _search(one), clients=8, seconds=2, watched=[])

        def api(_turn: int) -> Rate:
            rate, answers = fire(port, _search(one), clients=8, seconds=seconds, watched=stage.watched(web))
            assert set(answers.statuses) == {200}, answers.statuses
            return rate

        alone = in_turn(stage, bare=bare, api=api)
    data.add_copies(one.hotel, copies=COPIES // 10 if stage.quick else COPIES)
    crowd = in_turn(stage, bare=bare)["bare"]
    return {
        "api / bare, rate (≥ 0.10)": middle(alone["api"], alone["bare"]),
        "api / bare, processor": middle(alone["bare"], alone["api"], "cpu_ms"),
        "1,000 hotels / 1 hotel, processor (≤ 2)": middle(crowd, alone["bare"], "cpu_ms"),
        "1,000 hotels / 1 hotel, time (≤ 2)": middle(crowd, alone["bare"], "latency_ms"),
        "bare / Y": middle(alone["bare"], alone["Y"]),
        "Y": told(alone["Y"]),
        "bare": told(alone["bare"]),
        "bare, 1,000 hotels": told(crowd),
        "api": told(alone["api"]),
    }


def _search(bench: data.Bench) -> Callable[[int], bytes]:
    def make(number: int) -> bytes:
        arrival = data.OPENS + timedelta(days=number % 40)
        path = (
            f"/api/v1/hotels/{bench.hotel.code}/availability?arrival={arrival}&departure={arrival + timedelta(days=3)}"
        )
        return request_bytes("GET", path, token=bench.token)

    return make


def _type_ids(hotel_id: int) -> list[int]:
    return [
        row["id"]
        for row in db.fetch_all("SELECT id FROM property_roomtype WHERE hotel_id = %s ORDER BY id", [hotel_id])
    ]


def _plan_id(hotel_id: int) -> int:
    return int(db.fetch_value("SELECT min(id) FROM reservations_rateplan WHERE hotel_id = %s", [hotel_id]))


def _booking_body(room_type: str, offset: int, nights: int = 2) -> bytes:
    arrival = data.OPENS + timedelta(days=offset)
    room = {
        "room_type": room_type,
        "rate_plan": "p0",
        "arrival": arrival,
        "departure": arrival + timedelta(days=nights),
    }
    return orjson.dumps({"booker_name": "bench", "rooms": [room | {"adults": 2}]})


def booking(stage: Stage) -> dict[str, Any]:
    """Create a reservation through the whole stack, 8 clients, against one bare statement writing the same rows."""
    plenty = stage.hotel("plenty", rooms=PLENTY)
    pk = plenty.hotel.pk
    script = sql.booking(hotel_id=pk, type_ids=_type_ids(pk), plan_id=_plan_id(pk))

    def body(number: int) -> bytes:
        return _booking_body(f"t{number % data.TYPES}", number % 50)

    found, _waited = _bookings(stage, plenty, script, body, clients=8)
    return {
        "api / bare, rate (≥ 0.15)": middle(found["api"], found["bare"]),
        "api / bare, processor": middle(found["bare"], found["api"], "cpu_ms"),
        "api / Y (≥ 0.25)": middle(found["api"], found["Y"]),
        "api / Y, each round": [
            _round(a.per_second / y.per_second) for a, y in zip(found["api"], found["Y"], strict=True)
        ],
        "statements by nights and history": audit.booking_statements(plenty.hotel),
        "Y": told(found["Y"]),
        "bare": told(found["bare"]),
        "api": told(found["api"]),
    }


def hot(stage: Stage) -> dict[str, Any]:
    """64 clients want the same type and nights, and there are enough rooms for all: the row is what they queue for."""
    plenty = stage.hotel("hot", rooms=PLENTY)
    pk = plenty.hotel.pk
    body = _booking_body("t0", 0)
    script = sql.booking(hotel_id=pk, type_ids=_type_ids(pk), plan_id=_plan_id(pk), hot=True)
    found, waited = _bookings(stage, plenty, script, lambda _number: body, clients=64)
    return {
        "api, 64 clients / Y (≥ 0.3)": middle(found["api"], found["Y"]),
        "api / Y, each round": [
            _round(a.per_second / y.per_second) for a, y in zip(found["api"], found["Y"], strict=True)
        ],
        "api / bare with 64 connections": middle(found["api"], found["bare"]),
        "longest wait, s (≤ 2)": round(max(waited), 3),
        "p99, s": round(quantile(waited, 0.99), 3),
        "Y": told(found["Y"]),
        "bare, 64 connections": told(found["bare"]),
        "api": told(found["api"]),
    }


def _bookings(
    stage: Stage, bench: data.Bench, script: str, body: Callable[[int], bytes], *, clients: int
) -> tuple[dict[str, list[Rate]], list[float]]:
    """Yardstick, bare statement and API in turn; every request must have booked. Also all waiting times, seconds."""
    seconds = stage.seconds(SLICE)
    path = f"/api/v1/hotels/{bench.hotel.code}/reservations"
    waited: list[float] = []
    # A house with a past: what is planned over empty tables is not what a hotel runs on.
    _all_booked(stage, bench.hotel.pk, script, stage.seconds(5), 8)
    db.execute("VACUUM ANALYZE")
    with serving(stage.url) as (port, web):

        def send(turn: int, *, seconds: float = seconds, watched: list[int]) -> Rate:
            def make(number: int) -> bytes:
                return request_bytes("POST", path, token=bench.token, body=body(number), key=f"{turn}-{number}")

            rate, answers = fire(port, make, clients=clients, seconds=seconds, watched=watched)
            assert set(answers.statuses) == {201}, answers.statuses
            waited.extend(answers.latencies)
            return rate

        send(-1, seconds=2, watched=[])
        waited.clear()
        found = in_turn(
            stage,
            bare=lambda _turn: _all_booked(stage, bench.hotel.pk, script, seconds, clients),
            api=lambda turn: send(turn, watched=stage.watched(web)),
        )
    return found, waited


def _all_booked(stage: Stage, hotel_id: int, script: str, seconds: int, clients: int) -> Rate:
    """Run a booking script and see that every transaction booked: a sold-out counter is fast and means nothing."""
    count = "SELECT count(*) FROM reservations_reservation WHERE hotel_id = %s"
    before = db.fetch_value(count, [hotel_id])
    rate = stage.bare.script(script, clients=clients, seconds=seconds)
    made = db.fetch_value(count, [hotel_id]) - before
    assert made == rate.count, (made, rate.count)
    return rate


def _round(value: float) -> float:
    return round(value, 3)


SCENARIOS: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "availability": availability,
    "booking": booking,
    "hot": hot,
    "audit": audit.night_audit,
    "pack": pack.report_pack,
    "promises": promises.promises,
    "guests": guests.guests,
    "imports": imports.imports,
    "replay": outside.replay,
    "warm": outside.warm_start,
    "instruments": desk.instruments,
    "assignment": desk.assignment,
}
