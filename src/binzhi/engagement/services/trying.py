"""A test message: whether the mail server or the gateway takes one now, with the settings that are kept."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from binzhi.engagement.access import Permission
from binzhi.engagement.enums import Way
from binzhi.engagement.errors import TestNotTaken, WayNotSetUp
from binzhi.engagement.events import MessagingTried
from binzhi.engagement.queries import reason_words
from binzhi.engagement.settings import MessagingRef, messaging_of
from binzhi.engagement.transport.base import NotTaken, Outgoing
from binzhi.engagement.transport.choosing import transport_for
from binzhi.guests.phones import normalise_phone
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record


def send_test(*, hotel_id: int, way: str, to: str, actor: Actor, now: datetime) -> str:
    """Send one to an address that was typed, at once and outside any transaction; what the other side calls it.

    Nothing is queued and the address is not kept. Needs the right to set messages up. Raises InvalidInput at `to` or
    `way`, WayNotSetUp, TestNotTaken with the reason. Writes one audit row either way. Publishes MessagingTried.
    """
    actor.require(Permission.SET_UP, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    messaging = messaging_of(hotel_id)
    if messaging is None or way not in messaging.ways:
        if way not in Way.values:
            raise InvalidInput(field="way")
        raise WayNotSetUp
    message = _message(messaging, way, to)
    try:
        taken, code = transport_for(messaging, way).send(message), ""
    except NotTaken as refusal:
        taken, code = "", refusal.code
    _tried(hotel_id=hotel_id, way=way, code=code, actor=actor, now=now)
    if code:
        raise TestNotTaken(reason=reason_words(code))
    return taken


@operation(Permission.SET_UP)
def _tried(*, hotel_id: int, way: str, code: str, actor: Actor, now: datetime) -> None:
    """Note that somebody tried a way out and what became of it. Publishes MessagingTried."""
    record(
        "messages.tried", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"way": way, "code": code},
        event=MessagingTried(hotel_id=hotel_id, way=way, worked=not code),
    )  # fmt: skip


def _message(messaging: MessagingRef, way: str, to: str) -> Outgoing:
    address = to.strip()
    if way == Way.EMAIL:
        try:
            validate_email(address)
        except ValidationError as error:
            raise InvalidInput(field="to", message=gettext_lazy("This is no e-mail address.")) from error
    else:
        try:
            address = normalise_phone(address)
        except InvalidInput as error:
            error.field = "to"
            raise
    return Outgoing(
        serial=f"test-{uuid.uuid4().hex}", to=address, subject=_("Test message"),
        body=_("A test message of the hotel's system. It reached you: this way works."),
        language=get_language() or "zh-hans",
    )  # fmt: skip
