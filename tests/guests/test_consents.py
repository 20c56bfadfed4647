"""Consents by purpose: kept with their words, withdrawn as easily as given, read in one index read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from binzhi.guests.models import ConsentEntry, ConsentText
from binzhi.guests.privacy import consents
from binzhi.guests.privacy.consents import ConsentInput, note_consent, publish_text
from binzhi.guests.privacy.purposes import LANGUAGES, PURPOSES
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.guests.conftest import colleague, new_hotel, see_all

HOUR = timedelta(hours=1)


def answer(hotel: HotelRef, clerk: Actor, guest_id: int, given: str, *, hours: int = 0, **more: str) -> int:
    entry = ConsentInput(**{"purpose": "health", "answer": given, **more})
    return note_consent(hotel_id=hotel.pk, guest_id=guest_id, consent=entry, actor=clerk, now=NOW + hours * HOUR)


def test_has_follows_the_last_answer_of_the_purpose(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    said = [consents.has(hotel.group_id, guest, "health", NOW)]
    for hours, given in enumerate(("given", "withdrawn", "refused", "given")):
        answer(hotel, clerk, guest, given, hours=hours)
        said.append(consents.has(hotel.group_id, guest, "health", NOW + hours * HOUR))
    assert said == [False, True, False, False, True]
    # Looked back at: what held at that moment.
    assert consents.has(hotel.group_id, guest, "health", NOW + HOUR) is False
    assert consents.has(hotel.group_id, guest, "health", NOW) is True
    assert consents.has(hotel.group_id, guest, "marketing", NOW + 3 * HOUR) is False


def test_agreed_of_many_is_one_statement(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    yes, no, never = add("甲一"), add("乙二"), add("丙三")
    answer(hotel, clerk, yes, "given", purpose="marketing")
    answer(hotel, clerk, no, "given", purpose="marketing")
    answer(hotel, clerk, no, "withdrawn", purpose="marketing", hours=1)
    with CaptureQueriesContext(connection) as sent:
        found = consents.agreed(
            group_id=hotel.group_id, guest_ids=[yes, no, never], purpose="marketing", now=NOW + 2 * HOUR
        )
    assert (found, len(sent)) == ({yes}, 1)


def test_note_consent_keeps_the_words_it_was_given_to(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    answer(hotel, clerk, guest, "given")
    texts = {"zh-hans": "新的说明", "en": "New words"}
    assert publish_text(hotel_id=hotel.pk, purpose="health", texts=texts, actor=clerk, now=NOW + HOUR) == 2
    answer(hotel, clerk, guest, "given", hours=2, language="en", channel="paper")
    new, old = consents.ledger(group_id=hotel.group_id, guest_id=guest)
    shipped = next(purpose for purpose in PURPOSES if purpose.code == "health").texts["zh-hans"]
    assert (old.version, old.text, old.language, old.channel) == (1, shipped, "zh-hans", "desk")
    assert (new.version, new.text, new.language, new.channel) == (2, "New words", "en", "paper")


def test_published_before_anybody_answered_is_version_two(hotel: HotelRef, clerk: Actor) -> None:
    texts = {"zh-hans": "新的说明", "en": "New words"}
    assert publish_text(hotel_id=hotel.pk, purpose="face", texts=texts, actor=clerk, now=NOW) == 2
    in_force = {one.purpose.code: one.version for one in consents.texts_in_force(group_id=hotel.group_id)}
    assert (in_force["face"], in_force["health"]) == (2, 1)


def test_every_purpose_has_words_in_every_language() -> None:
    assert {purpose.code for purpose in PURPOSES if set(purpose.texts) != set(LANGUAGES)} == set()


def test_child_needs_a_guardian_and_the_name_lies_sealed(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int]
) -> None:
    child = add("陈小宝", birth_date=date(2012, 11, 22))  # 13 until tomorrow
    audited = AuditEntry.objects.count()
    with pytest.raises(InvalidInput):
        answer(hotel, clerk, child, "given")
    assert (ConsentEntry.objects.count(), AuditEntry.objects.count()) == (0, audited)
    entry_id = answer(hotel, clerk, child, "given", guardian="陈国梁", guardian_relation="父亲")
    entry = ConsentEntry.objects.get(pk=entry_id)
    assert "陈国梁".encode() not in bytes(entry.guardian_sealed)
    assert crypto.open_sealed(entry.guardian_sealed, place=consents.guardian_place(entry_id)) == "陈国梁"
    # A refusal needs nobody's permission, nor does one who turned fourteen.
    answer(hotel, clerk, child, "withdrawn", hours=1)
    answer(hotel, clerk, child, "given", hours=24)


@pytest.mark.parametrize(
    "wrong", [{"purpose": "spying"}, {"answer": "maybe"}, {"channel": "pigeon"}, {"language": "xx"}]
)
def test_note_consent_with_nonsense_changes_nothing(
    hotel: HotelRef, clerk: Actor, add: Callable[..., int], wrong: dict[str, str]
) -> None:
    guest = add("陈国梁")
    before = AuditEntry.objects.count()
    with pytest.raises(InvalidInput):
        answer(
            hotel,
            clerk,
            guest,
            **{"given": wrong.get("answer", "given"), **{k: v for k, v in wrong.items() if k != "answer"}},
        )
    assert (ConsentEntry.objects.count(), ConsentText.objects.count(), AuditEntry.objects.count()) == (0, 0, before)


def test_note_consent_for_a_guest_of_another_group_is_not_found(hotel: HotelRef, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    other = new_hotel()
    stranger = colleague(other, "guests.record_consent")
    with pytest.raises(NotFound):
        answer(other, stranger, guest, "given")
    see_all()
    assert ConsentEntry.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE guests_consententry SET answer = 'refused'",
        "UPDATE guests_consententry SET at = at + interval '1 day'",
        "DELETE FROM guests_consententry",
        "UPDATE guests_consenttext SET text = ''",
    ],
)
def test_an_answer_is_written_once(hotel: HotelRef, clerk: Actor, add: Callable[..., int], change: str) -> None:
    answer(hotel, clerk, add("陈国梁"), "given")
    see_all()
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute(change)
    assert list(ConsentEntry.objects.values_list("answer", flat=True)) == ["given"]


def test_refused_lately_is_not_asked_again(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    guest = add("陈国梁")
    answer(hotel, clerk, guest, "refused", purpose="marketing")
    entries = consents.ledger(group_id=hotel.group_id, guest_id=guest)

    def rests(days: int) -> date | None:
        found = consents.standings(entries, NOW + timedelta(days=days))
        return next(one.rests_until for one in found if one.purpose.code == "marketing")

    assert (rests(0), rests(179), rests(181)) == (date(2027, 5, 20), date(2027, 5, 20), None)
