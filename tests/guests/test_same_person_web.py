"""Screens of duplicates, merges and imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from binzhi.guests.duplicates.services import compare_new_files
from binzhi.guests.importing.running import advance
from binzhi.guests.models import DuplicatePair, Guest, Import, Merge
from binzhi.people.setup import create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM
from tests.people.conftest import sign_in, staff_of


@pytest.fixture
def boss(hotel: HotelRef) -> Client:
    create_departments(hotel_id=hotel.pk)
    staff_of(hotel, "shen.liqun", "general-manager")
    return sign_in("shen.liqun")[0]


@pytest.fixture
def pair(hotel: HotelRef, add: Callable[..., int]) -> DuplicatePair:
    for phone in ("13912348806", "13912348806"):
        add("欧阳娜娜", phone=phone, email=f"{phone[-1]}@example.com", note=f"备注{Guest.objects.count()}")
    compare_new_files(hotel_id=hotel.pk, actor=SYSTEM, now=NOW)
    return DuplicatePair.objects.get()


def url(hotel: HotelRef, rest: str = "") -> str:
    return f"/h/{hotel.code}/guests{rest}"


def test_duplicates_are_listed_masked_with_reasons_and_a_fixed_number_of_statements(
    hotel: HotelRef, boss: Client, pair: DuplicatePair, django_assert_num_queries: Any
) -> None:
    boss.get(url(hotel, "/duplicates"))
    with django_assert_num_queries(5):
        page = boss.get(url(hotel, "/duplicates")).content.decode()
    assert f'href="{url(hotel)}/duplicates/{pair.pk}"' in page
    assert ("139****8806" in page, "13912348806" in page) == (True, False)


def test_pair_is_joined_with_the_chosen_fields_the_old_address_leads_on_and_it_is_taken_apart(
    hotel: HotelRef, boss: Client, pair: DuplicatePair
) -> None:
    first, second = pair.first_id, pair.second_id
    page = boss.get(url(hotel, f"/duplicates/{pair.pk}")).content.decode()
    assert ("13912348806" in page, page.count('name="note"')) == (False, 2)
    answer = boss.post(url(hotel, f"/duplicates/{pair.pk}"), {"what": "same", "survivor": "second", "note": "first"})
    assert (answer.status_code, answer["Location"]) == (302, url(hotel, f"/{second}"))
    assert Guest.objects.get(pk=second).note == "备注0"
    there = boss.get(url(hotel, f"/{first}"))
    assert (there.status_code, there["Location"]) == (302, url(hotel, f"/{second}"))
    merge = Merge.objects.get()
    assert f"/merges/{merge.pk}/undo" in boss.get(url(hotel, f"/{second}")).content.decode()
    assert boss.post(url(hotel, f"/duplicates/{pair.pk}"), {"what": "same"}).status_code == 409
    assert boss.post(url(hotel, f"/merges/{merge.pk}/undo"), {"guest": second}).status_code == 302
    assert list(Guest.objects.order_by("pk").values_list("note", "merged_into_id")) == [
        ("备注0", None),
        ("备注1", None),
    ]
    assert boss.post(url(hotel, f"/merges/{merge.pk}/undo")).status_code == 404


def test_pair_not_the_same_leaves_the_list_and_can_be_opened_again(
    hotel: HotelRef, boss: Client, pair: DuplicatePair
) -> None:
    boss.post(url(hotel, f"/duplicates/{pair.pk}"), {"what": "different"})
    assert f"/duplicates/{pair.pk}" not in boss.get(url(hotel, "/duplicates")).content.decode()
    assert DuplicatePair.objects.get().state == "different"
    boss.post(url(hotel, f"/duplicates/{pair.pk}"), {"what": "open"})
    assert DuplicatePair.objects.get().state == "open"
    assert boss.post(url(hotel, f"/duplicates/{pair.pk}"), {"what": "nonsense"}).status_code == 422


def test_import_from_sending_to_taking_back(hotel: HotelRef, boss: Client) -> None:
    file = SimpleUploadedFile("客史.csv", "姓名,手机\n王伟,13912348806\n李娜,=1+1\n".encode("gb18030"))
    answer = boss.post(url(hotel, "/imports"), {"file": file})
    one = Import.objects.get()
    assert answer["Location"] == url(hotel, f"/imports/{one.pk}")

    def work() -> str:
        advance(hotel_id=hotel.pk, import_id=one.pk, actor=SYSTEM, now=lambda: NOW)
        return boss.get(answer["Location"]).content.decode()

    assert 'hx-trigger="every 1s"' in boss.get(answer["Location"]).content.decode()
    page = work()
    assert (page.count('<select name="field"'), "every 1s" in page) == (2, False)
    boss.post(answer["Location"], {"what": "map", "field": ["name", "phone"]})
    assert "=1+1" in work()
    listed = boss.get(url(hotel, f"/imports/{one.pk}/faults")).content.decode()
    assert "'=1+1" in listed
    boss.post(answer["Location"], {"what": "start"})
    work()
    assert Guest.objects.count() == 2
    assert boss.post(answer["Location"], {"what": "start"}).status_code == 409
    boss.post(answer["Location"], {"what": "undo"})
    work()
    assert Guest.objects.count() == 0


@pytest.mark.parametrize(("data", "status"), [(b"", 422), (None, 422)])
def test_import_of_nothing_is_refused(data: bytes | None, status: int, hotel: HotelRef, boss: Client) -> None:
    given = {} if data is None else {"file": SimpleUploadedFile("x.csv", data)}
    assert boss.post(url(hotel, "/imports"), given).status_code == status
    assert Import.objects.count() == 0
