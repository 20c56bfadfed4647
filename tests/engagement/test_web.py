"""The screens: the log costs the same whatever its length, what was typed stays, who may not is sent away."""

from __future__ import annotations

import pytest
from django.test import Client

from binzhi.engagement.access import Permission
from binzhi.engagement.models import Message, Messaging, Template
from tests.architecture.test_access_operations import all_rights
from tests.architecture.twins import PASSWORD, Twin, make_twin, staff_with
from tests.factories import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(db: None) -> Twin:
    return make_twin("a")


def clerk(twin: Twin, rights: set[str] | None = None) -> Client:
    staff_with(twin, "clerk", all_rights() if rights is None else rights)
    client = Client(headers={"accept-language": "zh-hans"})
    assert client.login(username="clerk", password=PASSWORD)
    return client


def test_log_sends_as_many_statements_for_one_row_as_for_three(twin: Twin) -> None:
    client, place = clerk(twin), f"/h/{twin.code}/messages"
    client.get(place)
    sent = []
    for state in ("dead", ""):
        with statements() as each:
            assert client.get(place, {"state": state}).status_code == 200
        sent.append(len(each))
    assert Message.objects.count() == 3
    assert sent[0] == sent[1]


def test_save_template_with_an_unknown_field_keeps_what_was_typed_and_writes_nothing(twin: Twin) -> None:
    before = list(Template.objects.values())
    answer = clerk(twin).post(
        f"/h/{twin.code}/messages/templates/save",
        {"kind": "reminder", "way": "sms", "language": "zh-hans", "version": 0, "body": "车牌{车号}", "act": "save"},
    )
    assert answer.status_code == 422
    assert "车牌{车号}" in answer.content.decode()
    assert "第 1 行第 3 个字" in answer.content.decode()
    assert list(Template.objects.values()) == before


def test_save_template_on_an_older_version_is_refused(twin: Twin) -> None:
    answer = clerk(twin).post(
        f"/h/{twin.code}/messages/templates/save",
        {"kind": "note", "way": "sms", "language": "en", "version": 0, "body": "Hello", "act": "save"},
    )
    assert answer.status_code == 412
    assert Template.objects.get().body == "Dear guest"


def test_settings_without_encryption_to_another_machine_are_refused_at_the_field(twin: Twin) -> None:
    typed = {
        "version": 1, "email_on": "on", "smtp_host": "mail.example.com", "smtp_port": 25, "smtp_security": "none",
        "from_address": "desk@hotel.example", "route": "both", "quiet_from": "21:00", "quiet_until": "08:00",
        "reminder_days": 1, "reminder_at": "10:00",
    }  # fmt: skip
    client = clerk(twin)
    answer = client.post(f"/h/{twin.code}/messages/settings", typed)
    assert (answer.status_code, Messaging.objects.get().email_on) == (422, False)
    assert "mail.example.com" in answer.content.decode()
    secret = typed | {"smtp_security": "tls", "smtp_password": "geheim-1"}
    assert client.post(f"/h/{twin.code}/messages/settings", secret).status_code == 302
    assert "geheim-1" not in client.get(f"/h/{twin.code}/messages/settings").content.decode()
    assert b"geheim-1" not in bytes(Messaging.objects.get().smtp_password_sealed or b"")


def test_dead_letter_without_the_right_to_settle_offers_nothing_and_takes_nothing(twin: Twin) -> None:
    client = clerk(twin, {Permission.VIEW.value})
    place = f"/h/{twin.code}/messages"
    page = client.get(place, {"state": "dead"}).content.decode()
    assert "/resend" not in page
    assert client.post(f"{place}/{twin.ids['dead_id']}/resend").status_code == 403
    assert Message.objects.get(pk=twin.ids["dead_id"]).state == "dead"


def test_test_message_needs_a_way_and_keeps_what_was_typed(twin: Twin) -> None:
    client, place = clerk(twin), f"/h/{twin.code}/messages/settings/test"
    answer = client.post(place, {"way": "email", "to": "nobody"})
    assert (answer.status_code, "nobody" in answer.content.decode()) in {(422, True), (409, True)}
    assert client.post(place, {"way": "email"}).status_code == 422
