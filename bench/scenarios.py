"""What is measured: each scenario gives ratios first, then the figures they came from."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from bench import audit, data, outside, sql
from bench.bare import Bare, Rate
from bench.load import fire, quantile, request_bytes
from bench.server import serving
from binzhi.config.embedded.cluster import Cluster
from binzhi.kernel import db

COPIES = 1000
HOT_ROOMS = 50_000


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

    def hotel(self, code: str, *, rooms: int = data.ROOMS) -> data.Bench:
        if code not in self._furnished:
            self._furnished[code] = data.furnish(code=code, rooms=data.ROOMS)
            # More than the house has rooms: only the counters matter here.
            db.execute(
                "UPDATE reservations_night SET rooms = %s WHERE hotel_id = %s", [rooms, self._furnished[code].hotel.pk]
            )
            db.execute("VACUUM ANALYZE")
        return self._furnished[code]

    def watched(self, web: int) -> list[int]:
        return [self.postmaster, web, os.getpid()]


def availability(stage: Stage) -> dict[str, Any]:
    """10 types × 3 plans × 3 nights with prices and restrictions."""
    one = stage.hotel("bench")
    script = sql.availability(hotel_id=one.hotel.pk)
    seconds = stage.seconds(10)
    bare = stage.bare.script(script, clients=8, seconds=seconds)
    api = _availability_over_http(stage, one, seconds)
    data.add_copies(one.hotel, copies=COPIES // 10 if stage.quick else COPIES)
    crowd = stage.bare.script(script, clients=8, seconds=seconds)
    return {
        "api / bare, rate (≥ 0.10)": _ratio(api.per_second, bare.per_second),
        "api / bare, processor": _ratio(bare.cpu_ms, api.cpu_ms),
        "1,000 hotels / 1 hotel, processor (≤ 2)": _ratio(crowd.cpu_ms, bare.cpu_ms),
        "1,000 hotels / 1 hotel, time (≤ 2)": _ratio(crowd.latency_ms, bare.latency_ms),
        "bare / Y": _ratio(bare.per_second, stage.y),
        "bare": bare.figures(),
        "bare, 1,000 hotels": crowd.figures(),
        "api": api.figures(),
    }


def _availability_over_http(stage: Stage, bench: data.Bench, seconds: int) -> Rate:
    def make(number: int) -> bytes:
        arrival = data.OPENS + timedelta(days=number % 40)
        path = (
            f"/api/v1/hotels/{bench.hotel.code}/availability?arrival={arrival}&departure={arrival + timedelta(days=3)}"
        )
        return request_bytes("GET", path, token=bench.token)

    with serving(stage.url) as (port, web):
        fire(port, make, clients=8, seconds=2, watched=[])
        rate, answers = fire(port, make, clients=8, seconds=seconds, watched=stage.watched(web))
    assert set(answers.statuses) == {200}, answers.statuses
    return rate


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
    plenty = stage.hotel("plenty", rooms=2000)
    pk = plenty.hotel.pk
    seconds = stage.seconds(10)
    path = f"/api/v1/hotels/{plenty.hotel.code}/reservations"

    def make(number: int) -> bytes:
        body = _booking_body(f"t{number % data.TYPES}", number % 50)
        return request_bytes("POST", path, token=plenty.token, body=body, key=f"book-{number}")

    script = sql.booking(hotel_id=pk, type_ids=_type_ids(pk), plan_id=_plan_id(pk))
    bare = _all_booked(stage, pk, script, seconds)
    with serving(stage.url) as (port, web):
        fire(port, lambda n: make(10**7 + n), clients=8, seconds=2, watched=[])
        api, answers = fire(port, make, clients=8, seconds=seconds, watched=stage.watched(web))
    assert set(answers.statuses) == {201}, answers.statuses
    return {
        "api / bare, rate (≥ 0.15)": _ratio(api.per_second, bare.per_second),
        "api / bare, processor": _ratio(bare.cpu_ms, api.cpu_ms),
        "api / Y (≥ 0.25)": _ratio(api.per_second, stage.y),
        "statements by nights and history": audit.booking_statements(plenty.hotel),
        "bare": bare.figures(),
        "api": api.figures(),
    }


def hot(stage: Stage) -> dict[str, Any]:
    """64 clients want the same type and nights, and there are enough rooms for all: the row is what they queue for."""
    plenty = stage.hotel("hot", rooms=HOT_ROOMS)
    pk = plenty.hotel.pk
    seconds = stage.seconds(10)
    body = _booking_body("t0", 0)
    path = f"/api/v1/hotels/{plenty.hotel.code}/reservations"

    def make(number: int) -> bytes:
        return request_bytes("POST", path, token=plenty.token, body=body, key=f"hot-{number}")

    script = sql.booking(hotel_id=pk, type_ids=_type_ids(pk), plan_id=_plan_id(pk), hot=True)
    bare = _all_booked(stage, pk, script, seconds)
    with serving(stage.url) as (port, web):
        fire(port, lambda n: make(10**7 + n), clients=8, seconds=2, watched=[])
        api, answers = fire(port, make, clients=64, seconds=seconds, watched=stage.watched(web))
    return {
        "api, 64 clients / Y (≥ 0.3)": _ratio(api.per_second, stage.y),
        "longest wait, s (≤ 2)": round(max(answers.latencies), 3),
        "p99, s": round(quantile(answers.latencies, 0.99), 3),
        "answers": dict(answers.statuses),
        "bare, 8 clients": bare.figures(),
        "api": api.figures(),
    }


def _all_booked(stage: Stage, hotel_id: int, script: str, seconds: int) -> Rate:
    """Run a booking script and see that every transaction booked: a sold-out counter is fast and means nothing."""
    count = "SELECT count(*) FROM reservations_reservation WHERE hotel_id = %s"
    before = db.fetch_value(count, [hotel_id])
    rate = stage.bare.script(script, clients=8, seconds=seconds)
    made = db.fetch_value(count, [hotel_id]) - before
    assert made == rate.count, (made, rate.count)
    return rate


def _ratio(value: float, unit: float) -> float:
    return round(value / unit, 3) if unit else 0.0


SCENARIOS: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "availability": availability,
    "booking": booking,
    "hot": hot,
    "audit": audit.night_audit,
    "replay": outside.replay,
    "warm": outside.warm_start,
}
