"""Work on guest files that the worker does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from procrastinate import App

from binzhi.guests.duplicates.services import compare_new_files
from binzhi.guests.enums import ImportState
from binzhi.guests.importing import running, services
from binzhi.guests.importing.queries import WORKING
from binzhi.guests.merging.services import follow_late_rows
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.property.queries import all_hotels

COMPARER, IMPORTER, FOLLOWER = (Actor.system(f"guest files: {work}") for work in ("compare", "import", "follow"))
BATCHES_A_MINUTE = 20
YOUNG = timedelta(days=2)
KEEP_FILES = timedelta(days=30)


def compare_waiting() -> int:
    """Compare what waits, in every group; how many files."""
    done = 0
    for hotel_id in {hotel.group_id: hotel.pk for hotel in all_hotels()}.values():
        for _batch in range(BATCHES_A_MINUTE):
            # Nothing is written, and no audit row, where nothing waits.
            if not db.fetch_value(
                "SELECT 1 FROM guests_guest g JOIN property_hotel h ON h.group_id = g.group_id AND h.id = %s"
                " WHERE g.matched_version < g.version LIMIT 1",
                [hotel_id],
            ):
                break
            done += compare_new_files(hotel_id=hotel_id, actor=COMPARER, now=clock.now())
    return done


def follow_merges(since: timedelta | None) -> None:
    hotels = all_hotels()
    if hotels and db.fetch_value("SELECT 1 FROM guests_merge WHERE undone_at IS NULL LIMIT 1"):
        follow_late_rows(hotel_id=hotels[0].pk, since=since, actor=FOLLOWER, now=clock.now())


def forget_files() -> None:
    """Files of imports that are over are thrown away after a month."""
    old = db.fetch_all(
        "SELECT id, hotel_id FROM guests_import WHERE forgotten_at IS NULL AND created_at < %s AND state <> ALL(%s)",
        [clock.now() - KEEP_FILES, [str(state) for state in WORKING]],
    )
    for row in old:
        services.forget_file(hotel_id=row["hotel_id"], import_id=row["id"], actor=IMPORTER, now=clock.now())


def register(app: App) -> None:
    """Make the jobs known to the worker."""

    @app.periodic(cron="* * * * *")
    @app.task(name="guests.compare_files", queueing_lock="guests.compare_files", lock="guests.compare_files")
    def compare_files(timestamp: int) -> None:
        db.enter_scope("*", "*")
        compare_waiting()
        db.enter_scope("*", "*")
        follow_merges(YOUNG)

    @app.periodic(cron="41 3 * * *")
    @app.task(name="guests.look_after_files", queueing_lock="guests.look_after_files")
    def look_after_files(timestamp: int) -> None:
        db.enter_scope("*", "*")
        follow_merges(None)
        db.enter_scope("*", "*")
        forget_files()

    @app.task(name="guests.import", queue="default", retry=WHEN_AWAY)
    def go_on(hotel_id: int, import_id: int) -> None:
        db.enter_scope("*", "*")
        running.advance(hotel_id=hotel_id, import_id=import_id, actor=IMPORTER, now=clock.now)


def go_on_with_import(app: App) -> Any:
    """The reaction to an import that waits for the worker."""

    def defer(*, event_id: int, import_id: int, state: str, **_more: Any) -> None:
        if ImportState(state) in WORKING:
            hotel_id: int = db.fetch_value("SELECT hotel_id FROM guests_import WHERE id = %s", [import_id])
            app.configure_task("guests.import", lock=f"guests.import:{import_id}").defer(
                hotel_id=hotel_id, import_id=import_id
            )

    return defer
