"""An import carried through its long steps, in batches; begun again anywhere, it goes on where it stood."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from binzhi.guests.duplicates.crowd import Crowd
from binzhi.guests.enums import ImportState
from binzhi.guests.importing import parts, services, writing
from binzhi.guests.importing.preparing import Prepared, prepare
from binzhi.guests.importing.queries import ImportCard, import_by_id
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property.queries import hotel_by_id

BATCH = 2500
UNDO_BATCH = 2000
# Below this, starting processes takes longer than the work.
WORTH_PROCESSES = 4 * BATCH
# Between two looks, in seconds, at an import that somebody else carries on.
PAUSE = 0.5
# Batches that wait, prepared, while one is written.
AHEAD = 3

Ids = list[tuple[int, int]] | None
Prepare = Callable[..., "Future[list[Prepared]]"]
Told = Callable[[ImportCard], None]


def advance(
    *, hotel_id: int, import_id: int, actor: Actor, now: Callable[[], datetime], told: Told | None = None
) -> None:
    """Do what the import waits for, until it waits for a person. `told` hears of each batch. Raises NotFound.

    Where somebody is at it already (the worker of the house, while a command is run), it waits for them and hears of
    their batches.
    """
    group_id = hotel_by_id(hotel_id).group_id
    with _alone(import_id, waiting=lambda: _tell(told, group_id, import_id)):
        while (card := import_by_id(group_id=group_id, import_id=import_id)).is_working:
            _step(card, hotel_id, actor=actor, now=now, told=told)


def _step(card: ImportCard, hotel_id: int, *, actor: Actor, now: Callable[[], datetime], told: Told | None) -> None:
    if card.state == ImportState.SENT:
        services.read_import(hotel_id=hotel_id, import_id=card.pk, actor=actor, now=now())
        return
    if card.state == ImportState.UNDOING:
        while services.undo_batch(hotel_id=hotel_id, import_id=card.pk, limit=UNDO_BATCH, actor=actor, now=now()):
            _tell(told, card.group_id, card.pk)
    else:
        _write_all(card, hotel_id, actor=actor, now=now, told=told)
    services.finish_step(hotel_id=hotel_id, import_id=card.pk, actor=actor, now=now())
    _tell(told, card.group_id, card.pk)


_KEY = "hashtextextended('guests.import', %s)"


@contextmanager
def _alone(import_id: int, *, waiting: Callable[[], None]) -> Iterator[None]:
    """One at a time, by a lock of the session: whoever is killed lets it go."""
    while not db.fetch_value(f"SELECT pg_try_advisory_lock({_KEY})", [import_id]):
        waiting()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        db.execute(f"SELECT pg_advisory_unlock({_KEY})", [import_id])


def _tell(told: Told | None, group_id: int, import_id: int) -> None:
    if told is not None:
        told(import_by_id(group_id=group_id, import_id=import_id))


def _write_all(
    card: ImportCard, hotel_id: int, *, actor: Actor, now: Callable[[], datetime], told: Told | None
) -> None:
    """Batches prepared ahead in other processes while the one before is written."""
    today = hotel_by_id(hotel_id).local(now()).date()
    crowd, after = Crowd.of_group(card.group_id), card.next_row
    lines = iter(parts.lines_of(card.pk, after=after))
    waiting: deque[tuple[Ids, Future[list[Prepared]]]] = deque()
    with _preparing(card.rows - after) as submit:
        while True:
            while len(waiting) < AHEAD and (batch := list(islice(lines, BATCH))):
                ids = writing.reserve(len(batch)) if card.state == ImportState.RUNNING else None
                waiting.append((ids, submit(prepare, batch, mapping=card.mapping, today=today, ids=ids)))
            if not waiting:
                return
            ids, ready = waiting.popleft()
            rows = ready.result()
            services.write_batch(
                hotel_id=hotel_id, import_id=card.pk, rows=rows, ids=ids, crowd=crowd, after=after, actor=actor,
                now=now(),
            )  # fmt: skip
            after = rows[-1].line
            _tell(told, card.group_id, card.pk)


@contextmanager
def _preparing(rows: int) -> Iterator[Prepare]:
    if rows < WORTH_PROCESSES:
        yield _at_once
        return
    # Started afresh: a copy of this process would share its connections to the database.
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        try:
            yield pool.submit
        finally:
            pool.shutdown(cancel_futures=True)


def _at_once(
    work: Callable[..., list[Prepared]], batch: list[parts.Line], *, mapping: list[str], today: date, ids: Ids
) -> Future[list[Prepared]]:
    done: Future[list[Prepared]] = Future()
    done.set_result(partial(work, batch, mapping=mapping, today=today, ids=ids)())
    return done


def _set_up() -> None:
    """Settings come by themselves; the apps, which take longer to load than 20,000 rows to prepare, are not needed."""
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    """A worker killed outright cannot tell its processes to end: they would wait for work for ever."""
    if parent is not None:
        parent.join()
        os._exit(1)
