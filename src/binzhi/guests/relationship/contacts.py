"""Planned visits (有计划拜访): who goes when and why, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.enums import ContactChannel, ContactOutcome
from binzhi.guests.events import ContactCancelled, ContactDone, ContactPlanned
from binzhi.guests.relationship.accounts import Account, lock_account
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Conflict, InvalidInput, NotFound
from binzhi.kernel.money import LARGEST, round_money
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import HotelRef, hotel_by_id

LONGEST_PLAN = timedelta(days=730)
# Somebody who could not be reached is tried again soon.
TRY_AGAIN = timedelta(days=3)
MOST_DAYS = 366


class ContactClosed(Conflict):
    """It was done or called off already."""

    code = "contact_closed"
    message = _("This contact is done or called off already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactInput:
    """A contact as planned. `every_days`: when it is done, the next is planned so many days later."""

    channel: str
    purpose: str
    due_on: date
    owner_id: int | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultInput:
    """What came of it. `next_on`: when the next one is, if it is not the usual rhythm."""

    outcome: str
    result: str = ""
    spent: Decimal | None = None
    next_on: date | None = None


@operation(Permission.PLAN_CONTACTS)
def plan_contact(
    *,
    hotel_id: int,
    account: Account,
    contact: ContactInput,
    actor: Actor,
    now: datetime,
) -> int:
    """Plan a visit, call, meal, gift or letter; its id. Without an owner it is the planner's own.

    Adds a row. Locks the account's row. Raises NotFound, InvalidInput. Publishes ContactPlanned. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    lock_account(group_id=hotel.group_id, account=account)
    clean = _clean(hotel, contact, actor, now)
    return _plan(hotel, account, clean, actor, now)


def _clean(hotel: HotelRef, contact: ContactInput, actor: Actor, now: datetime) -> ContactInput:
    today = hotel.local(now).date()
    if contact.channel not in ContactChannel.values:
        raise InvalidInput(field="channel")
    if not today <= contact.due_on <= today + LONGEST_PLAN:
        raise InvalidInput(field="due_on", message=_("A day from today, within two years."))
    if contact.every_days is not None and not 1 <= contact.every_days <= MOST_DAYS:
        raise InvalidInput(field="every_days", message=_("From 1 to 366 days."))
    owner = contact.owner_id if contact.owner_id is not None else actor.user_id
    if contact.owner_id is not None and not db.fetch_value(
        "SELECT 1 FROM people_staff WHERE hotel_id = %s AND user_id = %s LIMIT 1", [hotel.pk, contact.owner_id]
    ):
        raise InvalidInput(field="owner_id", message=_("Nobody of this hotel."))
    return ContactInput(
        channel=contact.channel, due_on=contact.due_on, owner_id=owner, every_days=contact.every_days,
        purpose=clean_text(contact.purpose, field="purpose", limit=200, required=True),
    )  # fmt: skip


def _plan(hotel: HotelRef, account: Account, contact: ContactInput, actor: Actor, now: datetime) -> int:
    contact_id: int = db.fetch_value(
        "INSERT INTO guests_plannedcontact (group_id, hotel_id, guest_id, organisation_id, channel, purpose, due_on,"
        " owner_id, every_days, made_by, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [hotel.group_id, hotel.pk, *account.columns, contact.channel, contact.purpose, contact.due_on,
         contact.owner_id, contact.every_days, actor.user_id, now],
    )  # fmt: skip
    record(
        "contact.planned", subject="contact", subject_id=contact_id, hotel_id=hotel.pk, actor=actor, now=now,
        after={account.subject: account.subject_id, "channel": contact.channel, "due_on": contact.due_on},
        event=ContactPlanned(contact_id=contact_id),
    )  # fmt: skip
    return contact_id


@operation(Permission.PLAN_CONTACTS)
def note_result(*, hotel_id: int, planned_id: int, result: ResultInput, actor: Actor, now: datetime) -> int | None:
    """What came of a contact; the id of the next one, where there is one.

    The next: on the day named, else in the contact's rhythm, else in three days when nobody was reached.
    Changes the row, may add one. Locks it. Raises NotFound, ContactClosed, InvalidInput. Publishes
    ContactDone, ContactPlanned.
    """
    hotel = hotel_by_id(hotel_id)
    kept = _lock(hotel, planned_id)
    words = clean_text(result.result, field="result", limit=1000, multiline=True)
    if result.outcome not in ContactOutcome.values:
        raise InvalidInput(field="outcome", message=_("Say how it went."))
    if result.outcome == ContactOutcome.BAD and not words:
        raise InvalidInput(field="result", message=_("Say what is wrong."))
    _check_spent(result.spent)
    today = hotel.local(now).date()
    if result.next_on is not None and not today <= result.next_on <= today + LONGEST_PLAN:
        raise InvalidInput(field="next_on", message=_("A day from today, within two years."))
    db.execute(
        "UPDATE guests_plannedcontact SET outcome = %s, result = %s, spent = %s, done_at = %s, done_by = %s"
        " WHERE id = %s",
        [result.outcome, words, result.spent, now, actor.user_id, planned_id],
    )
    record(
        "contact.done", subject="contact", subject_id=planned_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"outcome": result.outcome, "spent": result.spent},
        event=ContactDone(contact_id=planned_id, outcome=result.outcome),
    )  # fmt: skip
    due_on = result.next_on or _next_day(kept, result.outcome, today)
    if due_on is None:
        return None
    account = Account(guest_id=kept["guest_id"], organisation_id=kept["organisation_id"])
    again = ContactInput(
        channel=kept["channel"], purpose=kept["purpose"], due_on=due_on, owner_id=kept["owner_id"],
        every_days=kept["every_days"],
    )  # fmt: skip
    return _plan(hotel, account, again, actor, now)


def _next_day(kept: dict[str, Any], outcome: str, today: date) -> date | None:
    if outcome == ContactOutcome.UNREACHED:
        return today + TRY_AGAIN
    every = kept["every_days"]
    return today + timedelta(days=every) if isinstance(every, int) else None


def _check_spent(spent: Decimal | None) -> None:
    if spent is not None and (not spent.is_finite() or not 0 <= spent <= LARGEST or round_money(spent) != spent):
        raise InvalidInput(field="spent", message=_("An amount of at least 0, with two decimals."))


def _lock(hotel: HotelRef, contact_id: int) -> dict[str, Any]:
    kept = db.fetch_one(
        "SELECT guest_id, organisation_id, channel, purpose, owner_id, every_days, done_at, cancelled_at"
        " FROM guests_plannedcontact WHERE group_id = %s AND hotel_id = %s AND id = %s FOR NO KEY UPDATE",
        [hotel.group_id, hotel.pk, contact_id],
    )
    if kept is None:
        raise NotFound
    if kept["done_at"] is not None or kept["cancelled_at"] is not None:
        raise ContactClosed
    return kept


@operation(Permission.PLAN_CONTACTS)
def cancel_contact(*, hotel_id: int, planned_id: int, actor: Actor, now: datetime) -> None:
    """Call a planned contact off.

    Changes its row. Locks it. Raises NotFound, ContactClosed. Publishes ContactCancelled. Not idempotent.
    """
    hotel = hotel_by_id(hotel_id)
    _lock(hotel, planned_id)
    db.execute("UPDATE guests_plannedcontact SET cancelled_at = %s WHERE id = %s", [now, planned_id])
    record(
        "contact.cancelled", subject="contact", subject_id=planned_id, hotel_id=hotel_id, actor=actor, now=now,
        event=ContactCancelled(contact_id=planned_id),
    )  # fmt: skip
