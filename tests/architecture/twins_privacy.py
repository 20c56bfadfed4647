"""Consents, looks, holds, requests and relationships of a twin hotel; and what their operations get besides ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from binzhi.guests.privacy import lookups, requests, retention, states
from binzhi.guests.privacy.consents import ConsentInput, note_consent
from binzhi.guests.privacy.holds import set_hold
from binzhi.guests.relationship import contacts, services
from binzhi.guests.relationship.accounts import Account
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

CONTACT = contacts.ContactInput(channel="visit", purpose="季度拜访", due_on=TODAY + timedelta(days=3))
_PRIVACY, _RELATIONSHIP = "binzhi.guests.privacy", "binzhi.guests.relationship"
OWN: dict[str, dict[str, Any]] = {
    f"{_PRIVACY}.consents.note_consent": {"consent": ConsentInput(purpose="profile", answer="given")},
    f"{_PRIVACY}.requests.ask": {"kind": "restrict", "channel": "desk"},
    f"{_PRIVACY}.requests.decide": {"grant": True},
    f"{_PRIVACY}.requests.open_copy": {"secret": "x"},
    f"{_RELATIONSHIP}.services.assess_guest": {"kind": "quality", "answers": [3] * 10},
    f"{_RELATIONSHIP}.contacts.note_result": {"result": contacts.ResultInput(outcome="good")},
}
ID_OF: dict[tuple[str, str], str] = {
    (f"{_PRIVACY}.requests.decide", "request_id"): "rights_id",
    (f"{_PRIVACY}.requests.open_copy", "request_id"): "granted_id",
    (f"{_PRIVACY}.requests.finish_waiting", "request_id"): "waiting_id",
    (f"{_PRIVACY}.requests.release", "guest_id"): "stopped_guest_id",
}
# Arguments of addresses that are not called after the thing whose id they are.
CALLED = {("guests", "request_id"): "rights_id"}


def furnish(*, hotel: TestHotel, name: str, ids: dict[str, Any]) -> None:
    """One of everything, by the name that operations and addresses use for its id."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    guest_id, other_id = ids["guest_id"], ids["other_guest_id"]
    stopped = create_guest(details=GuestDetails(name=f"停用{name}"), **what)
    note_consent(guest_id=guest_id, consent=ConsentInput(purpose="health", answer="given"), **what)
    retention.set_retention(data_class="lookups", months=24, **what)
    retention.run_class(data_class="lookups", **what)
    granted = requests.ask(guest_id=other_id, kind="export", channel="desk", **what)
    requests.decide(request_id=granted, grant=True, **what)
    waiting = requests.ask(guest_id=stopped, kind="erase", channel="desk", **what)
    account = Account(guest_id=guest_id)
    services.assess_guest(guest_id=guest_id, kind="willingness", answers=[4] * 10, **what)
    services.check_relationship(account=account, signs=["calls_back"], **what)
    ids |= {
        "hold_id": set_hold(guest_id=other_id, reason="案件", **what), "granted_id": granted, "waiting_id": waiting,
        "rights_id": requests.ask(guest_id=guest_id, kind="export", channel="desk", **what), "stopped_guest_id": stopped,
        "means_id": services.use_means(account=account, means="club", **what),
        "planned_id": contacts.plan_contact(account=account, contact=CONTACT, **what),
    }  # fmt: skip
    lookups.note_opened(hotel=hotel.ref, guest_id=guest_id, actor=Actor(user_id=1), now=NOW)
    db.enter_scope("*", "*")
    states.restrict(group_id=hotel.ref.group_id, guest_id=stopped, now=NOW)
    db.execute("UPDATE guests_rightsrequest SET state = 'waiting', waits_until = %s WHERE id = %s", [TODAY, waiting])
