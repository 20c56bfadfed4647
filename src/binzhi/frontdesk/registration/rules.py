"""A hotel's own rules of registration: hours of visits, whether pictures of documents are kept and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.events import RegistrationRulesSet
from binzhi.frontdesk.registration.tables import RegistrationRules
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, InvalidInput
from binzhi.kernel.operations import operation, record

LONGEST_HOURS = 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`version` 0: nobody has set anything, these are the house's own."""

    keep_images: bool = False
    image_hours: int = 24
    visits_from: time = time(8)
    visits_until: time = time(23)
    version: int = 0


def rules_of(hotel_id: int) -> Rules:
    row = db.fetch_one(
        "SELECT keep_images, image_hours, visits_from, visits_until, version FROM frontdesk_registrationrules"
        " WHERE hotel_id = %s",
        [hotel_id],
    )
    return Rules() if row is None else Rules(**row)


@operation(Permission.SET_REGISTRATION)
def set_registration_rules(*, hotel_id: int, rules: Rules, actor: Actor, now: datetime) -> int:
    """Keep the rules, `rules.version` being the one that was read; the new version.

    Locks the hotel's rules. Raises InvalidInput at the field, EditConflict when somebody saved in between. Publishes
    RegistrationRulesSet. Pictures that are kept already are cleared by the new hours too.
    """
    if not 0 <= rules.image_hours <= LONGEST_HOURS:
        raise InvalidInput(field="image_hours", message=_("From 0 to %(most)s hours."), most=LONGEST_HOURS)
    if rules.visits_from >= rules.visits_until:
        raise InvalidInput(field="visits_until", message=_("Visits end after they begin, and before midnight."))
    db.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk.registration'), %s)", [hotel_id])
    kept = RegistrationRules.objects.filter(hotel_id=hotel_id).first()
    if (kept.version if kept else 0) != rules.version:
        raise EditConflict
    values = {
        "keep_images": rules.keep_images, "image_hours": rules.image_hours, "visits_from": rules.visits_from,
        "visits_until": rules.visits_until,
    }  # fmt: skip
    if kept is None:
        RegistrationRules.objects.create(hotel_id=hotel_id, **values)
    else:
        RegistrationRules.objects.filter(pk=kept.pk).update(version=kept.version + 1, **values)
    record(
        "registration.rules_set", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after=values, event=RegistrationRulesSet(hotel_id=hotel_id),
    )  # fmt: skip
    return rules.version + 1
