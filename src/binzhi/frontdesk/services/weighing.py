"""What weighs how much when rooms are proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.assignment.weights import DEFAULT, LARGEST
from binzhi.frontdesk.events import AssignmentWeightsSet
from binzhi.frontdesk.queries.candidates import weights_of
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record

_WRITE = """
INSERT INTO frontdesk_assignmentweight (hotel_id, code, weight)
SELECT %s, w.code, w.weight FROM unnest(%s::varchar[], %s::smallint[]) AS w (code, weight)
ON CONFLICT (hotel_id, code) DO UPDATE SET weight = EXCLUDED.weight
"""


@operation(Permission.SET_ASSIGNMENT)
def set_assignment_weights(*, hotel_id: int, weights: Mapping[str, int], actor: Actor, now: datetime) -> dict[str, int]:
    """Set what wishes weigh, by their code; the weights before.

    Changes the hotel's weights; what is not named stays. Locks their rows. Raises InvalidInput at the code of a weight
    that is unknown or not between 0 and 200. Publishes AssignmentWeightsSet. Idempotent.
    """
    for code, weight in weights.items():
        if code not in DEFAULT:
            raise InvalidInput(field=code)
        if not 0 <= weight <= LARGEST:
            raise InvalidInput(field=code, message=_("A weight lies between 0 and %(most)s."), most=LARGEST)
    before = weights_of(hotel_id)
    db.execute(_WRITE, [hotel_id, list(weights), list(weights.values())])
    record(
        "assignment.weights_set", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        before=before, after={**before, **weights}, event=AssignmentWeightsSet(hotel_id=hotel_id),
    )  # fmt: skip
    return before
