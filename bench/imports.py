"""A table of guests taken over: rows a second with every row compared with all files, on the machine's processors."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from binzhi.guests.importing import services
from binzhi.guests.importing.queries import import_by_id
from binzhi.guests.importing.running import advance
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor

if TYPE_CHECKING:
    from bench.scenarios import Stage

ROWS = 100_000
ACTOR = Actor.system("bench")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
WEIGHTS = [72, 71, 67, 54, 46, 31, 23, 21, 20, 20, *([12] * 10), *([7] * 10)]
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲菲"
    "鑫鹏斌波宇浩凯健俊帆倩雪婷璐琳瑶晨思雨欣怡梓涵子轩浩然一诺"
)


def table(rows: int, *, seed: int) -> bytes:
    """Names as skewed as in China; one row in ten is somebody once more, with a letter or a number changed."""
    chance = random.Random(seed)
    lines = ["姓名,性别,出生日期,手机,邮箱"]
    last = ""
    while len(lines) <= rows:
        name = chance.choices(SURNAMES, WEIGHTS)[0] + "".join(chance.sample(GIVEN, 1 + (chance.random() < 0.8)))
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
        phone = f"1{chance.choice(('38', '39', '37', '86'))}{chance.randrange(10**8):08d}"
        mail = f"u{chance.randrange(10**9)}@example.com" if chance.random() < 0.3 else ""
        if last and chance.random() < 0.1:
            name, _sex, told, phone, mail = last.split(",")
            name, born = name[:-1] + chance.choice(GIVEN), date.fromisoformat(told)
        last = f"{name},{chance.choice('男女')},{born},{phone},{mail}"
        lines.append(last)
    return "\n".join(lines).encode()


def imports(stage: Stage) -> dict[str, Any]:
    """The same file twice the size of files there are, tried first and then taken over."""
    bench = stage.hotel("bench")
    here: dict[str, Any] = {"hotel_id": bench.hotel.pk, "actor": ACTOR}
    rows = ROWS // 10 if stage.quick else ROWS
    sent = table(rows, seed=1)
    seconds: dict[str, float] = {}

    def timed(name: str, import_id: int) -> None:
        begun = time.perf_counter()
        advance(import_id=import_id, now=clock.now, **here)
        seconds[name] = time.perf_counter() - begun

    import_id = services.send_import(name="bench.csv", data=sent, now=clock.now(), **here)
    timed("read", import_id)
    card = import_by_id(group_id=bench.hotel.group_id, import_id=import_id)
    services.map_import(import_id=import_id, mapping=card.mapping, now=clock.now(), **here)
    timed("tried", import_id)
    services.start_import(import_id=import_id, now=clock.now(), **here)
    timed("taken over", import_id)
    card = import_by_id(group_id=bench.hotel.group_id, import_id=import_id)
    services.undo_import(import_id=import_id, now=clock.now(), **here)
    timed("taken back", import_id)
    assert db.fetch_value("SELECT count(*) FROM guests_importrow WHERE outcome = 'made'") == 0
    return {
        "rows a second, compared with all files (≥ 5,000)": round(rows / seconds["taken over"]),
        "rows": rows,
        "new": card.made,
        "known": card.known,
        "suspected pairs": card.suspected,
        **{f"{name}, rows a second": round(rows / spent) for name, spent in seconds.items()},
    }
