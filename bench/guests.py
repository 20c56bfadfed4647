"""Finding a guest among a million and five million files, and the page of one who has a past.

The files are made by SQL: surnames as often as they are met (王, 李, 张 are a fifth of all), phones with real last
digits, so that the short prefixes ("w", "王", "zh") match hundreds of thousands.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from bench import screens
from bench.load import fire, quantile
from bench.server import serving
from binzhi.guests.phones import tail_index
from binzhi.guests.queries import search_guests
from binzhi.kernel import db
from binzhi.kernel.search import name_keys
from binzhi.people.models import User

if TYPE_CHECKING:
    from bench.scenarios import Stage

# Shares of the Chinese population in per mille, the commonest first; the rest share what is left.
_SURNAMES = (
    "王72 李71 张68 刘54 陈45 杨31 赵23 黄22 周21 吴20 徐17 孙15 胡13 朱13 高12 林12 何11 郭11 马11 罗9 梁8 宋8 "
    "郑8 谢7 韩7 唐7 冯6 于6 董6 萧5 程5 曹5 袁5 邓5 许5 傅5 沈5 曾5 彭5 吕4 苏4 卢4 蒋4 蔡4 贾4 丁4 魏4 薛4 叶4 阎4 "
    "余4 潘4 杜3 戴3 夏3 钟3 汪3 田3 任3 姜3 范3 方3 石3 姚3 谭3 廖3 邹3 熊3 金3 陆3 郝3 孔3 白3 崔3 康3 毛2 邱2 秦2 "
    "江2 史2 顾2 侯2 邵2 孟2 龙2 万2 段2 雷2 钱2 汤2 尹2 黎2 易2 常2 武2 乔2 贺2 赖2 龚2 文2 欧阳1 司马1 上官1 诸葛1 "
    "单1 仇1 解1 "
)
SURNAMES = [(han, int(weight)) for han, weight in re.findall(r"(\D+?)(\d+) ", _SURNAMES)]
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国红梅文斌婷雪峰浩宇轩子涵欣怡梓晨思远志强海燕春生"
    "晓东立新永康德福瑞祥嘉俊逸凡若曦雨彤佳琪天佑一诺皓然铭泽沐辰依宁可乐安家豪博文淑珍凤莲金龙光辉正义长青"
)
TYPED = ("w", "王", "zh", "wang", "zhangwei", "张伟", "cgl", "8806", "0-3")
ROUNDS = 300
ENTRIES = 500
# All but those of constraints: made anew when all rows are there.
_INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i
WHERE i.schemaname = 'public' AND i.tablename = 'guests_guest' AND NOT EXISTS (
    SELECT 1 FROM pg_constraint c WHERE c.conindid = format('%%I.%%I', i.schemaname, i.indexname)::regclass)
"""
_FILES = """
INSERT INTO guests_guest (group_id, name, sex, plain, pinyin, initials, marked, phone_masked, phone_index,
    phone_tail_index, member_no, vip_level, vip_rank, stays, last_stay_on, organisation_id)
SELECT %(group)s, s.han || a.han || coalesce(b.han, ''), CASE WHEN n %% 2 = 0 THEN 'male' ELSE 'female' END,
    s.han || a.han || coalesce(b.han, ''), s.pinyin || a.pinyin || coalesce(b.pinyin, ''),
    s.initials || a.initials || coalesce(b.initials, ''), s.han || a.han || coalesce(b.han, ''),
    '139****' || t.tail, decode(md5('p' || n), 'hex'), t.hash,
    CASE WHEN n %% 3 = 0 THEN 'M' || n ELSE '' END,
    CASE WHEN n %% 500 = 0 THEN 'vip' ELSE '' END, CASE WHEN n %% 500 = 0 THEN 2 ELSE 0 END,
    1 + n %% 7, '2026-12-31'::date - (n %% 1400)::int, NULL
FROM (SELECT n, hashint8extended(n, 1) AS h1, hashint8extended(n, 2) AS h2, hashint8extended(n, 3) AS h3,
             hashint8extended(n, 4) AS h4 FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) h
JOIN bench_surname s ON s.place = abs(h.h1 %% (SELECT count(*) FROM bench_surname))
JOIN bench_given a ON a.place = abs(h.h2 %% (SELECT count(*) FROM bench_given))
LEFT JOIN bench_given b ON h.h4 %% 5 <> 0 AND b.place = abs(h.h3 %% (SELECT count(*) FROM bench_given))
JOIN bench_tail t ON t.place = abs(h.h4 %% 10000)
"""
# A full house: every room taken by somebody of the files, and a hundred who are due.
_HOUSE = """
WITH room AS (SELECT id, room_type_id, row_number() OVER (ORDER BY id) AS n FROM property_room
              WHERE hotel_id = %(hotel)s),
plan AS (SELECT min(id) AS id FROM reservations_rateplan WHERE hotel_id = %(hotel)s),
guest AS (SELECT id, row_number() OVER (ORDER BY hashint8extended(id, 9)) AS n FROM guests_guest
          WHERE group_id = %(group)s AND id %% %(step)s = 0 LIMIT 300),
made AS (
    INSERT INTO reservations_reservation (hotel_id, booker_name, guarantee, booked_on, created_at, guest_id)
    SELECT %(hotel)s, 'bench', 'none', %(today)s, now(), id FROM guest RETURNING id, guest_id
)
INSERT INTO reservations_roomreservation (hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
    rate_plan_id, arrival, departure, adults, guest_id, room_id, checked_in_at)
SELECT %(hotel)s, made.id, 1, CASE WHEN room.id IS NULL THEN 'reserved' ELSE 'in_house' END,
    coalesce(room.room_type_id, (SELECT min(room_type_id) FROM room)),
    coalesce(room.room_type_id, (SELECT min(room_type_id) FROM room)), plan.id, %(today)s, %(today)s::date + 2, 2,
    made.guest_id, room.id, CASE WHEN room.id IS NULL THEN NULL ELSE now() END
FROM made JOIN guest ON guest.id = made.guest_id LEFT JOIN room ON room.n = guest.n CROSS JOIN plan
"""
# A guest with a long past: bookings, arrivals, departures.
_PAST = """
WITH plan AS (SELECT min(id) AS id FROM reservations_rateplan WHERE hotel_id = %(hotel)s),
room AS (SELECT min(id) AS id, min(room_type_id) AS type FROM property_room WHERE hotel_id = %(hotel)s),
made AS (
    INSERT INTO reservations_reservation (hotel_id, booker_name, guarantee, booked_on, created_at, guest_id)
    SELECT %(hotel)s, 'bench', 'none', %(today)s::date - n * 5, %(now)s - n * interval '5 days', %(guest)s
    FROM generate_series(1, %(stays)s::int) n RETURNING id, created_at, booked_on
)
INSERT INTO reservations_roomreservation (hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
    rate_plan_id, arrival, departure, adults, guest_id, room_id, checked_in_at, checked_out_at, ended_on)
SELECT %(hotel)s, made.id, 1, 'checked_out', room.type, room.type, plan.id, booked_on + 1, booked_on + 3, 2, %(guest)s,
    room.id, created_at + interval '1 day', created_at + interval '3 days', booked_on + 3
FROM made, plan, room
"""
# One index range, its files and their companies, ranked: what every answer needs at least (limits.md, section 5).
_BARE = """
SELECT g.id, g.name, g.marked, g.phone_masked, g.stays, g.last_stay_on, o.name AS organisation
FROM (SELECT id FROM guests_guest WHERE group_id = %s AND {column} ~>=~ %s AND {column} ~<~ %s
      ORDER BY {column} USING ~<~ LIMIT 50) hit
JOIN guests_guest g ON g.id = hit.id LEFT JOIN guests_organisation o ON o.id = g.organisation_id
ORDER BY g.vip_rank DESC, g.last_stay_on DESC NULLS LAST, g.id LIMIT 8
"""


def guests(stage: Stage) -> dict[str, Any]:
    """Type-ahead at two sizes against one bare range of the index, and the page with a long past."""
    one = stage.hotel("bench")
    hotel = one.hotel
    _names()
    figures: dict[str, Any] = {}
    sizes = (20_000, 100_000) if stage.quick else (1_000_000, 5_000_000)
    made = 0
    user = User.objects.get(username=f"bench-{hotel.code}")
    _may_see(hotel.pk)
    session = _session(user)
    for size in sizes:
        began = time.perf_counter()
        _fill(hotel.group_id, made, size)
        if not made:
            today = hotel.business_date
            db.execute(_HOUSE, {"hotel": hotel.pk, "group": hotel.group_id, "today": today, "step": size // 300})
        made = size
        db.execute("VACUUM ANALYZE guests_guest")
        figures[f"{size:,} files, s to make"] = round(time.perf_counter() - began)
        figures |= _typed(stage, hotel, size, session)
    return figures | _page(stage, hotel, session)


def _names() -> None:
    """The names by their weights, and the keyed hashes of the last digits."""
    db.execute("CREATE TABLE bench_surname (place int, han text, pinyin text, initials text)")
    db.execute("CREATE TABLE bench_given (place int, han text, pinyin text, initials text)")
    db.execute("CREATE TABLE bench_tail (place int PRIMARY KEY, tail text, hash bytea)")
    surnames = [han for han, weight in SURNAMES for _ in range(weight)]
    # The first characters of given names are the commonest: each place down halves none, but thins them out.
    given = [han for place, han in enumerate(GIVEN) for _ in range(max(1, 40 - place // 3))]
    for table, names in (("bench_surname", surnames), ("bench_given", given)):
        keys = {han: name_keys(han + ("伟" if table == "bench_surname" else "")) for han in set(names)}
        for place, han in enumerate(names):
            pinyin, initials = keys[han].pinyin, keys[han].initials
            if table == "bench_surname":
                pinyin, initials = pinyin.removesuffix("wei"), initials[:-1]
            db.execute(f"INSERT INTO {table} VALUES (%s, %s, %s, %s)", [place, han, pinyin, initials])
        db.execute(f"CREATE INDEX ON {table} (place)")
    tails = [f"{n:04}" for n in range(10_000)]
    db.execute(
        "INSERT INTO bench_tail SELECT n - 1, tail, hash FROM unnest(%s::text[], %s::bytea[]) WITH ORDINALITY"
        " AS t (tail, hash, n)",
        [tails, [tail_index(tail) for tail in tails]],
    )
    db.execute("ANALYZE bench_surname, bench_given, bench_tail")


def _fill(group_id: int, first: int, last: int) -> None:
    indexes = db.fetch_all(_INDEXES, [])
    db.execute("SET maintenance_work_mem = '512MB'")
    for index in indexes:
        db.execute(f"DROP INDEX {index['indexname']}")
    db.execute(_FILES, {"group": group_id, "first": first + 1, "last": last})
    for index in indexes:
        db.execute(index["indexdef"])


def _typed(stage: Stage, hotel: Any, size: int, session: str) -> dict[str, Any]:
    """Each text in turn: the bare range, the product's search, the request of the type-ahead box."""
    rounds = 30 if stage.quick else ROUNDS
    found: dict[str, Any] = {}
    ratios, everything = [], []
    bare_of = {"w": "pinyin", "王": "plain", "zh": "pinyin", "wang": "pinyin", "zhangwei": "pinyin", "张伟": "plain",
               "cgl": "initials"}  # fmt: skip
    for text in TYPED:
        mine, bare = [], []
        look = partial(_search, hotel, text)
        raw = None
        if column := bare_of.get(text):
            params = [hotel.group_id, text, text[:-1] + chr(ord(text[-1]) + 1)]
            raw = partial(db.fetch_all, _BARE.format(column=column), params)
        for _ in range(rounds):
            if raw is not None:
                bare.append(_ms(raw))
            mine.append(_ms(look))
        told = f"{size:,} “{text}”"
        found[f"{told} ms, median, p99"] = [round(median(mine), 2), round(quantile(mine, 0.99), 2)]
        if bare:
            ratios.append(median(mine) / median(bare))
            found[f"{told} / bare range"] = round(ratios[-1], 2)
        everything += mine
    with serving(stage.url) as (port, web):

        def ask(number: int) -> bytes:
            text = quote(TYPED[number % len(TYPED)])
            return screens.page(f"/h/{hotel.code}/guests/suggest?q={text}", session=session)

        fire(port, ask, clients=1, seconds=3, watched=[])
        rate, answers = fire(port, ask, clients=1, seconds=stage.seconds(10), watched=stage.watched(web))
        assert set(answers.statuses) == {200}, answers.statuses
    return found | {
        f"{size:,}: type-ahead / bare range, median of texts (≤ 3)": round(median(ratios), 2),
        f"{size:,}: type-ahead / bare range, worst text": round(max(ratios), 2),
        f"{size:,}: search, p99 of all, ms": round(quantile(everything, 0.99), 2),
        f"{size:,}: request, server median, ms": round(1000 * median(answers.latencies), 1),
        f"{size:,}: request, server p99, ms (≤ 50)": round(1000 * quantile(answers.latencies, 0.99), 1),
        f"{size:,}: request, processor, ms": round(rate.cpu_ms, 1),
    }


def _search(hotel: Any, text: str) -> None:
    found = search_guests(group_id=hotel.group_id, text=text, limit=8, hotel_id=hotel.pk, today=hotel.business_date)
    assert found or text == "0-3", text


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _page(stage: Stage, hotel: Any, session: str) -> dict[str, Any]:
    """A guest with 500 entries: the page, and all 500 of them in one go."""
    from binzhi.guests.timeline import timeline
    from binzhi.kernel.actor import Actor

    guest = db.fetch_value("SELECT min(id) FROM guests_guest WHERE group_id = %s AND id %% 5000 = 7", [hotel.group_id])
    now = datetime.now(UTC)
    db.execute(
        _PAST, {"hotel": hotel.pk, "guest": guest, "today": hotel.business_date, "now": now, "stays": ENTRIES // 3 + 1}
    )
    db.execute("VACUUM ANALYZE reservations_reservation, reservations_roomreservation")
    whole = [
        _ms(lambda: timeline(
            group_id=hotel.group_id, guest_id=guest, actor=Actor.system("bench"), hotel_id=hotel.pk, limit=ENTRIES))
        for _ in range(10 if stage.quick else 50)
    ]  # fmt: skip
    page = timeline(
        group_id=hotel.group_id, guest_id=guest, actor=Actor.system("bench"), hotel_id=hotel.pk, limit=ENTRIES
    )
    with serving(stage.url) as (port, web):
        request = screens.page(f"/h/{hotel.code}/guests/{guest}", session=session)
        fire(port, lambda _n: request, clients=1, seconds=3, watched=[])
        rate, answers = fire(port, lambda _n: request, clients=1, seconds=stage.seconds(10), watched=stage.watched(web))
        assert set(answers.statuses) == {200}, answers.statuses
    return {
        "page: entries of the guest": len(page.lines) + (1 if page.cursor else 0),
        "all 500 entries, ms, median": round(median(whole), 1),
        "page, server median, ms (≤ 100)": round(1000 * median(answers.latencies), 1),
        "page, server p99, ms": round(1000 * quantile(answers.latencies, 0.99), 1),
        "page, processor, ms": round(rate.cpu_ms, 1),
    }


def _may_see(hotel_id: int) -> None:
    """The bench's clerk sees guests, bookings and bills."""
    rights = ["guests.view_guest", "guests.update_guest", "billing.view_folio", "reservations.view_reservations"]
    db.execute(
        "UPDATE people_post SET permissions = ARRAY(SELECT DISTINCT unnest(permissions || %s::varchar[]))"
        " WHERE hotel_id = %s AND code = 'bench'",
        [rights, hotel_id],
    )


def _session(user: User) -> str:
    """A session as signing in makes it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
