"""What happens to stays and tasks, told to the guest files: a stay is over, a wish was fulfilled."""

from __future__ import annotations

from datetime import timedelta

from procrastinate import App

from binzhi.guests.preferences import ending, services
from binzhi.guests.preferences.catalogue import wishes_of_task
from binzhi.guests.preferences.requests import DoneTask
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.follower import Seen, follow
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.property.queries import all_hotels

FOLLOWER = "frontdesk.learning"
LEARNER = Actor.system("guest files")
CHECKED_OUT, DONE = "stay.checked_out", "task.done"
TOPICS = frozenset({CHECKED_OUT, DONE})
# A suggestion that nobody confirmed and nobody saw again.
STALE = timedelta(days=400)
# A stay that went on under another booking is over with that one.
_ENDED = """
WITH RECURSIVE ended (id) AS (
    VALUES (%s::bigint)
    UNION SELECT c.stay_id FROM ended e JOIN frontdesk_continuation c ON c.next_stay_id = e.id AND c.undone_at IS NULL
)
SELECT id FROM ended ORDER BY id
"""
_TASK = """
SELECT r.subject_id AS stay_id, t.id AS task_id, t.key, t.assignee_id AS staff_id, t.ended_at AS at
FROM promises_task t JOIN promises_run r ON r.id = t.run_id
WHERE t.hotel_id = %s AND t.id = %s AND r.subject = 'stay' AND t.state = 'done'
"""


def heed(seen: Seen) -> None:
    """React to one event. Idempotent."""
    db.enter_scope("*", "*")
    try:
        if seen.topic == CHECKED_OUT:
            ended = db.fetch_values(_ENDED, [int(seen.payload["room_reservation_id"])])
            ending.end_stays(hotel_id=seen.hotel_id, ended=ended, actor=LEARNER, now=clock.now())
        elif wishes_of_task(str(seen.payload["key"])):
            _note(seen)
    except DomainError:
        # Nothing was for that stay alone, or the task follows from no wish of its guests.
        return


def _note(seen: Seen) -> None:
    row = db.fetch_one(_TASK, [seen.hotel_id, seen.payload["task_id"]])
    if row is not None:
        services.note_use(hotel_id=seen.hotel_id, done=DoneTask(**row), actor=LEARNER, now=clock.now())


def heed_all() -> int:
    """React to everything that happened since last time; how many events that were."""
    seen = 0
    while found := follow(name=FOLLOWER, topics=TOPICS, react=heed):
        seen += found
    return seen


def expire_all() -> int:
    """Let go of what nobody has seen for a long time, in every hotel; how many preferences ended."""
    now, ended = clock.now(), 0
    db.enter_scope("*", "*")
    for hotel in all_hotels():
        try:
            while True:
                ended += ending.expire(
                    hotel_id=hotel.pk, today=hotel.local(now).date(), stale=now - STALE, actor=LEARNER, now=now
                )
        except DomainError:
            continue
    return ended


def register(app: App) -> None:
    """Make it known to the worker: each five seconds, and what expires once a night."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="frontdesk.learn", queueing_lock="frontdesk.learn", lock="frontdesk.learn", retry=WHEN_AWAY)
    def learn(timestamp: int) -> int:
        return heed_all()

    @app.periodic(cron="40 3 * * *")
    @app.task(name="frontdesk.expire_preferences", queueing_lock="frontdesk.expire_preferences", retry=WHEN_AWAY)
    def expire(timestamp: int) -> int:
        return expire_all()
