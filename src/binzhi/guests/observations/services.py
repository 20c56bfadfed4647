"""Operations on observations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.guests import in_house
from binzhi.guests.access import Permission
from binzhi.guests.errors import NothingNoted, NotYourObservation
from binzhi.guests.events import ObservationRecorded, ObservationTakenBack
from binzhi.guests.in_house import Present
from binzhi.guests.learning import EvidenceKind, Moment, Place, State
from binzhi.guests.observations import pictures
from binzhi.guests.observations.chips import Chip, chips_of
from binzhi.guests.observations.requests import Learnt, NewObservation, Recorded
from binzhi.guests.preferences import learning, rows
from binzhi.guests.preferences.catalogue import label_of
from binzhi.guests.preferences.meaning import meanings
from binzhi.guests.preferences.rows import Row, Witness
from binzhi.guests.preferences.services import publish
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

TEXT_LIMIT, MOST_CHIPS = 300, 8
_INSERT = """
INSERT INTO guests_observation
    (group_id, hotel_id, guest_id, stay_id, room, place, moment, kind, chips, text, basis, once, picture_id, user_id,
     staff_id, at)
VALUES (%(group)s, %(hotel)s, %(guest)s, %(stay)s, %(room)s, %(place)s, %(moment)s, %(kind)s, %(chips)s, %(text)s,
    %(basis)s, %(once)s, %(picture)s, %(user)s, %(staff)s, %(at)s)
RETURNING id
"""
_BEFORE = """
SELECT DISTINCT chip FROM guests_observation, unnest(chips) AS chip
WHERE guest_id = %s AND stay_id = %s AND taken_back_at IS NULL
"""


@operation(Permission.OBSERVE)
def record_observation(*, hotel_id: int, observation: NewObservation, actor: Actor, now: datetime) -> Recorded:
    """Note what was seen of a guest, and let it count for what it means.

    Adds an observation, its picture, evidence, and preferences where it is the first that says so. Locks the guest.
    Raises NotFound, NothingNoted, InvalidInput at chips, text, place, TooLarge and NotAPicture at the photo. Publishes
    ObservationRecorded, and PreferenceChanged for each that changed. Not idempotent: entry points carry a key.
    """
    text = clean_text(observation.text, field="text", limit=TEXT_LIMIT, multiline=True)
    chips = _chips(hotel_id, observation)
    if not chips and not text and observation.picture is None:
        raise NothingNoted
    hotel = hotel_by_id(hotel_id)
    rows.lock_guest(group_id=hotel.group_id, guest_id=observation.guest_id)
    here = in_house.stay_of(hotel_id, observation.guest_id)
    codes = [chip.code for chip in chips]
    found = meanings(
        noted=[meaning for chip in chips for meaning in chip.meanings], chips=codes,
        before=_before(observation.guest_id, here), text=text, once=observation.once,
    )  # fmt: skip
    # What says a need passes makes the whole note pass: it is cleared with the stay.
    passing = observation.once or any(chip.once for chip in chips) or any(meaning.passing for meaning in found)
    observation_id = _insert(hotel_id, hotel.group_id, observation, chips, text, passing, here, actor, now)
    by = Witness(
        hotel_id=hotel_id, group_id=hotel.group_id, user_id=actor.user_id, staff_id=actor.staff_id, at=now,
        stay_id=here.stay_id if here else None, observation_id=observation_id,
    )  # fmt: skip
    changed = learning.learn(guest_id=observation.guest_id, meanings=found, basis=observation.basis, by=by)
    record(
        "guest.observed", subject="guest", subject_id=observation.guest_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"observation": observation_id, "chips": codes if not passing else [], "basis": observation.basis.value},
        event=ObservationRecorded(guest_id=observation.guest_id, observation_id=observation_id),
    )  # fmt: skip
    publish(changed, hotel_id=hotel_id, actor=actor, now=now)
    return Recorded(observation_id, _learnt(observation.guest_id, observation_id))


def _chips(hotel_id: int, observation: NewObservation) -> list[Chip]:
    known = {chip.code: chip for chip in chips_of(hotel_id)}
    wanted = list(dict.fromkeys(observation.chips))
    if len(wanted) > MOST_CHIPS or not set(wanted) <= set(known):
        raise InvalidInput(field="chips", message=_("Choose what you saw."))
    if observation.place not in ("", *Place.values) or observation.moment not in ("", *Moment.values):
        raise InvalidInput(field="place", message=_("Choose where it was."))
    return [known[code] for code in wanted]


def _before(guest_id: int, here: Present | None) -> list[str]:
    return db.fetch_values(_BEFORE, [guest_id, here.stay_id]) if here else []


def _insert(
    hotel_id: int, group_id: int, observation: NewObservation, chips: Sequence[Chip], text: str, passing: bool,
    here: Present | None, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    picture_id = None
    if observation.picture is not None:
        picture_id = pictures.keep(group_id=group_id, hotel_id=hotel_id, data=observation.picture, now=now)
    return int(db.fetch_value(_INSERT, {
        "group": group_id, "hotel": hotel_id, "guest": observation.guest_id, "stay": here.stay_id if here else None,
        "room": here.room if here else "", "place": observation.place, "moment": observation.moment,
        "kind": chips[0].kind if chips else "", "chips": [chip.code for chip in chips], "text": text,
        "basis": observation.basis.value, "once": passing, "picture": picture_id, "user": actor.user_id,
        "staff": actor.staff_id, "at": now,
    }))  # fmt: skip


_LEARNT = """
SELECT p.wish, p.value, p.text, p.state, p.scope, p.never FROM guests_preferenceevidence e
JOIN guests_preference p ON p.id = e.preference_id
WHERE e.observation_id = %s AND p.guest_id = %s AND p.state <> 'ended' ORDER BY p.id
"""


def _learnt(guest_id: int, observation_id: int) -> tuple[Learnt, ...]:
    return tuple(
        Learnt(
            label_of(row["wish"], value=row["value"], text=row["text"]), row["state"], row["scope"] == "stay",
            row["never"],
        )
        for row in db.fetch_all(_LEARNT, [observation_id, guest_id])
    )  # fmt: skip


_ONE = """
SELECT guest_id, stay_id, user_id, taken_back_at FROM guests_observation WHERE hotel_id = %s AND id = %s
"""
_OF_OBSERVATION = "SELECT DISTINCT preference_id FROM guests_preferenceevidence WHERE observation_id = %s ORDER BY 1"


@operation(Permission.OBSERVE)
def take_back_observation(*, hotel_id: int, observation_id: int, actor: Actor, now: datetime) -> None:
    """A slip of the thumb: what was noted counts no more, and what it alone said is gone. By who noted it, or by a
    supervisor who confirms preferences.

    Changes the observation and the preferences it spoke for. Locks the guest. Idempotent. Raises NotFound,
    NotYourObservation. Publishes ObservationTakenBack, and PreferenceChanged for each that changed.
    """
    kept = db.fetch_one(_ONE, [hotel_id, observation_id])
    if kept is None:
        raise NotFound
    if kept["user_id"] != actor.user_id and not actor.may(Permission.CONFIRM, hotel_id):
        raise NotYourObservation
    group_id = hotel_by_id(hotel_id).group_id
    rows.lock_guest(group_id=group_id, guest_id=kept["guest_id"])
    changed: list[Row] = []
    taken = "UPDATE guests_observation SET taken_back_at = %s WHERE id = %s AND taken_back_at IS NULL"
    if db.execute(taken, [now, observation_id]):
        by = Witness(
            hotel_id=hotel_id, group_id=group_id, user_id=actor.user_id, staff_id=actor.staff_id, at=now,
            stay_id=kept["stay_id"], observation_id=observation_id,
        )  # fmt: skip
        for preference_id in db.fetch_values(_OF_OBSERVATION, [observation_id]):
            changed += _without(rows.lock_one(group_id=group_id, preference_id=preference_id), by)
    record(
        "guest.observation_taken_back", subject="guest", subject_id=kept["guest_id"], hotel_id=hotel_id, actor=actor,
        now=now, after={"observation": observation_id},
        event=ObservationTakenBack(guest_id=kept["guest_id"], observation_id=observation_id),
    )  # fmt: skip
    publish(changed, hotel_id=hotel_id, actor=actor, now=now)


def _without(row: Row, by: Witness) -> list[Row]:
    """The preference without what was taken back; in a list when its state changed."""
    if not row.is_live:
        return []
    rows.add_evidence(row.id, EvidenceKind.TAKEN_BACK, by)
    weighed = rows.weighed(row.id)
    before, row.confidence = row.state, weighed.confidence
    if weighed.confidence == 0:
        learning.end(row, reason="taken_back", by=by)
        return [row]
    if row.state == State.CONFIRMED and not (
        weighed.said or weighed.pleased or weighed.confirmed or weighed.is_enough(rows.enough_for(by.hotel_id))
    ):
        row.state = State.SUGGESTED
    rows.write(row, by=by)
    return [row] if row.state != before else []
