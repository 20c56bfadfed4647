"""Made-up people: names, documents that check, sign-in names for every post."""

from __future__ import annotations

from datetime import date
from random import Random

from binzhi.demo.names import PLACES, people
from binzhi.demo.people import document_of, with_vips
from binzhi.demo.staff import NAMES, PASSWORD, USERNAMES, logins, members
from binzhi.guests.documents import check_document
from binzhi.people.posts import POSTS

TODAY = date(2025, 11, 21)


def test_people_have_different_names_and_documents_that_pass_every_check() -> None:
    crowd = with_vips(list(people(Random(1), count=400, today=TODAY)), Random(2))
    assert len({person.name for person in crowd}) == 400
    checked = [
        check_document(document_of(person), birth_date=person.birth_date, sex=person.sex, today=TODAY)
        for person in crowd
    ]
    assert len({document.number for document in checked}) == 400
    assert {document.kind for document in checked} == {"resident_id", "passport"}


def test_resident_ids_carry_a_city_code_that_no_district_has() -> None:
    crowd = list(people(Random(1), count=200, today=TODAY))
    codes = {person.document_number[:6] for person in crowd if person.document_kind == "resident_id"}
    assert codes <= set(PLACES)
    assert all(code.endswith("00") for code in PLACES)


def test_logins_there_is_one_for_every_post() -> None:
    found = logins()
    assert [post for post, _user, _password in found] == [post.name for post in POSTS.values()]
    assert len({user for _post, user, _password in found}) == len(POSTS)
    assert {password for _post, _user, password in found} == {PASSWORD}
    assert len(PASSWORD) >= 12
    assert ("接待员", "qiantai", PASSWORD) in found


def test_members_names_and_special_usernames_are_of_posts_that_exist() -> None:
    assert set(NAMES) <= set(POSTS)
    assert set(USERNAMES) <= set(POSTS)
    assert len({member.name for member in members()}) == len(POSTS)
