"""A table of guests taken over: rows a second with every row compared with all files, on the machine's processors."""

from __future__ import annotations

import os
import random
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bench.meter import Meter
from binzhi.guests.importing import services
from binzhi.guests.importing.queries import import_by_id
from binzhi.guests.importing.running import advance
from binzhi.kernel import clock
from binzhi.kernel.actor import Actor

if TYPE_CHECKING:
    from bench.scenarios import Stage
    from binzhi.property.queries import HotelRef

ROWS = 100_000
ACTOR = Actor.system("bench")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
WEIGHTS = [72, 71, 67, 54, 46, 31, 23, 21, 20, 20, *([12] * 10), *([7] * 10)]
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲菲"
    "鑫鹏斌波宇浩凯健俊帆倩雪婷璐琳瑶晨思雨欣怡梓涵子轩浩然一诺"
)


def table(rows: int, *, seed: int, again: float = 0.1) -> bytes:
    """Names as skewed as in China; one row in ten is somebody once more, with a letter changed."""
    chance = random.Random(seed)
    lines = ["姓名,性别,出生日期,手机,邮箱"]
    last = ""
    while len(lines) <= rows:
        name = chance.choices(SURNAMES, WEIGHTS)[0] + "".join(chance.sample(GIVEN, 1 + (chance.random() < 0.8)))
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
        phone = f"1{chance.choice(('38', '39', '37', '86'))}{chance.randrange(10**8):08d}"
        mail = f"u{chance.randrange(10**9)}@example.com" if chance.random() < 0.3 else ""
        if last and chance.random() < again:
            name, _sex, told, phone, mail = last.split(",")
            name, born = name[:-1] + chance.choice(GIVEN), date.fromisoformat(told)
        last = f"{name},{chance.choice('男女')},{born},{phone},{mail}"
        lines.append(last)
    return "\n".join(lines).encode()


def imports(stage: Stage) -> dict[str, Any]:
    """A table of new guests, and one in which one row in ten is somebody once more, into the files of the first.

    Beside the wall clock stands the processor time that a row takes in all: on a machine with other work the rate that
    it allows two free processors is the one to compare.
    """
    # Of a group of its own: the millions of files that the search is measured on are not asked for duplicates.
    bench = stage.hotel("imports", group="imports")
    rows = ROWS // 10 if stage.quick else ROWS
    alone = _taken_over(stage, bench.hotel, table(rows, seed=1, again=0), rows)
    mixed = _taken_over(stage, bench.hotel, table(rows, seed=2), rows, back=True)
    return {
        "rows a second, compared with all files (≥ 5,000)": mixed["taken over, rows a second"],
        "without duplicates in the table": alone["taken over, rows a second"],
        "rows": rows,
        "without": alone,
        "with": mixed,
    }


def _taken_over(stage: Stage, hotel: HotelRef, sent: bytes, rows: int, *, back: bool = False) -> dict[str, Any]:
    here: dict[str, Any] = {"hotel_id": hotel.pk, "actor": ACTOR}
    found: dict[str, Any] = {}

    def timed(name: str, import_id: int) -> None:
        meter = Meter([stage.postmaster, os.getpid()])
        meter.start()
        begun = time.perf_counter()
        advance(import_id=import_id, now=clock.now, **here)
        found[f"{name}, rows a second"] = round(rows / (time.perf_counter() - begun))
        spent = meter.stop()
        found[f"{name}, processor µs a row"] = round(1e6 * spent.cpu / rows)

    import_id = services.send_import(name="bench.csv", data=sent, now=clock.now(), **here)
    timed("read", import_id)
    card = import_by_id(group_id=hotel.group_id, import_id=import_id)
    services.map_import(import_id=import_id, mapping=card.mapping, now=clock.now(), **here)
    timed("tried", import_id)
    services.start_import(import_id=import_id, now=clock.now(), **here)
    timed("taken over", import_id)
    card = import_by_id(group_id=hotel.group_id, import_id=import_id)
    if back:
        services.undo_import(import_id=import_id, now=clock.now(), **here)
        timed("taken back", import_id)
    return found | {"new": card.made, "known": card.known, "suspected pairs": card.suspected}
