"""The list in the hand and the page of a task."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from binzhi.kernel import clock, db
from binzhi.promises.models import Notice, Photo, Proof, Task
from tests.factories import NOW, statements
from tests.promises.engine.house import ARRIVAL, HOUR, House, start, task
from tests.promises.web.conftest import SignIn
from tests.promises.web.pages import PART, text_of, url, version_in


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (40, 120, 90)).save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), content_type="image/jpeg")


def give(house: House, one: Task, name: str) -> None:
    db.execute("UPDATE promises_task SET assignee_id = %s WHERE id = %s", [house.staff[name], one.pk])


def written() -> list[Any]:
    db.enter_scope("*", "*")
    return [
        list(Task.objects.order_by("id").values_list("id", "state", "assignee_id", "row_version")),
        Proof.objects.count(),
        db.fetch_value("SELECT count(*) FROM kernel_audit_entry"),
        db.fetch_value("SELECT count(*) FROM kernel_outbox_event"),
    ]


# ---------------------------------------------------------------- my tasks


def test_my_tasks_shows_own_and_free_ones_of_the_post_late_first(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(house)
    give(house, task(run, "menu"), "din")
    give(house, task(run, "banner"), "sales")
    monkeypatch.setattr(clock, "now", lambda: ARRIVAL - 4 * HOUR)
    seen = text_of(sign_in("sales").get(url(house, "my-tasks")))
    assert "横幅" in seen
    assert "逾期 1:00:00" in seen
    assert "检修" not in seen
    attendant = text_of(sign_in("maid").get(url(house, "my-tasks")))
    assert ("楼层服务" in attendant, "接单" in attendant, "清洁" in attendant) == (True, True, False)


def test_my_tasks_asks_the_same_number_of_statements_for_one_and_thirty(house: House, sign_in: SignIn) -> None:
    client = sign_in("maid")
    start(house)
    client.get(url(house, "my-tasks"))
    with statements() as one:
        client.get(url(house, "my-tasks"))
    for number in range(2, 31):
        start(house, subject_id=number)
    with statements() as many:
        answer = client.get(url(house, "my-tasks"))
    assert text_of(answer).count("楼层服务") >= 30
    assert len(one) == len(many)


def test_my_tasks_known_version_is_an_empty_answer_until_something_changes(house: House, sign_in: SignIn) -> None:
    run = start(house)
    client = sign_in("maid")
    version = version_in(client.get(url(house, "my-tasks")))
    asked = PART | {"HTTP_X_BOARD_VERSION": version}
    assert client.get(url(house, "my-tasks"), **asked).status_code == 204
    client.post(url(house, f"tasks/{task(run, 'host').pk}/acknowledge"))
    assert client.get(url(house, "my-tasks"), **asked).status_code == 200


def test_seen_notices_leave_the_list(house: House, sign_in: SignIn) -> None:
    run = start(house)
    one = task(run, "host")
    made = Notice.objects.create(
        hotel_id=house.pk, task=one, kind="moved", staff_id=house.staff["maid"], text="", at=NOW
    )
    client = sign_in("maid")
    assert "全部已读" in text_of(client.get(url(house, "my-tasks")))
    client.post(url(house, "my-tasks/seen"), {"notice": [made.pk]})
    made.refresh_from_db()
    assert made.seen_at == NOW
    assert "全部已读" not in text_of(client.get(url(house, "my-tasks")))


# ---------------------------------------------------------------- gates


@pytest.mark.parametrize("rest", ["my-tasks", "tasks", "runs", "protocols", "compliance"])
def test_screens_ask_for_a_colleague_with_the_right(house: House, sign_in: SignIn, rest: str) -> None:
    assert sign_in("maid").get(url(house, rest)).status_code == 200
    assert Client().get(url(house, rest)).status_code == 302
    db.execute("UPDATE people_post SET permissions = '{}' WHERE hotel_id = %s", [house.pk])
    assert sign_in("maid").get(url(house, rest)).status_code == 403


def test_task_of_another_hotel_is_not_found(house: House, sign_in: SignIn) -> None:
    from tests.promises.engine.house import make_house

    other = make_house()
    run = start(other)
    assert sign_in("gm").get(url(house, f"tasks/{task(run, 'host').pk}")).status_code == 404
    assert sign_in("gm").get(url(house, f"runs/{run.run_id}")).status_code == 404


def test_attendant_may_neither_waive_nor_give_on(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "host")
    client = sign_in("maid")
    before = written()
    assert client.post(url(house, f"tasks/{one.pk}/waive"), {"reason": "不用"}).status_code == 403
    assert client.post(url(house, f"tasks/{one.pk}/assign"), {"staff": house.staff["maid2"]}).status_code == 403
    assert written() == before


# ---------------------------------------------------------------- doing it


def test_page_shows_what_is_asked_and_who_may(house: House, sign_in: SignIn) -> None:
    run = start(house, level="VVIP")
    one = task(run, "repaired")
    seen = text_of(sign_in("eng").get(url(house, f"tasks/{one.pk}")))
    assert ("空调" in seen, "电视" in seen, "第 5 条" in seen, "VVIP" in seen) == (True, True, True, True)
    assert "21:00 前完成" in seen  # three hours before midnight
    # Clause 16 is said before anybody tries.
    refused = text_of(sign_in("maid").get(url(house, f"tasks/{task(run, 'host').pk}")))
    assert "16" in refused
    assert "接单" not in refused


def test_page_asks_the_same_number_of_statements_however_large_the_run(house: House, sign_in: SignIn) -> None:
    run = start(house, level="IP")
    one = task(run, "repaired")
    client = sign_in("eng")
    client.get(url(house, f"tasks/{one.pk}"))
    with statements() as few:
        client.get(url(house, f"tasks/{one.pk}"))
    for number in range(30):
        Proof.objects.create(hotel_id=house.pk, task=one, kind="tick", item="ac", staff_id=house.staff["eng"], at=NOW)
        start(house, subject_id=number + 2)
    with statements() as many:
        client.get(url(house, f"tasks/{one.pk}"))
    assert len(few) == len(many)


def test_complete_without_a_line_of_the_checklist_says_so_at_it_and_keeps_the_rest(
    house: House, sign_in: SignIn
) -> None:
    one = task(start(house), "repaired")
    before = written()
    answer = sign_in("eng").post(
        url(house, f"tasks/{one.pk}/done"), {"item-ac": "1", "signature": "1", "idempotency_key": "k"}, **PART
    )
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'name="item-ac" value="1" checked' in html
    assert 'name="item-tv" value="1" aria-invalid="true"' in html
    assert "电视" in text_of(answer)
    assert written() == before


def test_complete_then_countersign_ends_the_task(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "repaired")
    form = {"item-ac": "1", "item-tv": "1", "signature": "1", "idempotency_key": "once"}
    doer = sign_in("eng")
    assert doer.post(url(house, f"tasks/{one.pk}/done"), form).status_code == 302
    one.refresh_from_db()
    assert one.state == "open"
    assert "客房部经理" in text_of(doer.get(url(house, f"tasks/{one.pk}")))
    # The manager finds it on her own list, though it is another department's.
    manager = sign_in("hkm")
    assert "等您签字" in text_of(manager.get(url(house, "my-tasks")))
    assert "等您签字" not in text_of(sign_in("fom").get(url(house, "my-tasks")))
    manager.post(url(house, f"tasks/{one.pk}/countersign"))
    one.refresh_from_db()
    assert one.state == "done"


def test_complete_sent_twice_is_done_once(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "menu")
    client = sign_in("din")
    form = {"idempotency_key": "same"}
    first, second = (client.post(url(house, f"tasks/{one.pk}/done"), form) for _time in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Proof.objects.filter(task=one).count() == 1


def test_photo_is_kept_when_taken_and_handed_in_by_its_id(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "banner")
    client = sign_in("sales")
    told = client.post(url(house, "photos"), {"picture": picture()})
    assert told.status_code == 201
    kept = told.json()
    shown = client.get(kept["url"])
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "private" in shown["Cache-Control"]
    assert client.post(url(house, f"tasks/{one.pk}/done"), {"photo": kept["id"]}).status_code == 302
    assert Proof.objects.get(task=one).photo_id == kept["id"]


def test_photo_without_script_comes_along_with_the_form(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "banner")
    sign_in("sales").post(url(house, f"tasks/{one.pk}/done"), {"picture": picture()})
    assert (Photo.objects.count(), Proof.objects.get(task=one).kind) == (1, "photo")


def test_file_that_is_no_picture_is_refused_and_nothing_kept(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "banner")
    client = sign_in("sales")
    before = written()
    lie = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    answer = client.post(url(house, "photos"), {"picture": lie})
    assert (answer.status_code, set(answer.json())) == (415, {"message"})
    lie.seek(0)
    again = client.post(url(house, f"tasks/{one.pk}/done"), {"picture": lie})
    assert again.status_code == 422
    assert (written(), Photo.objects.count()) == (before, 0)


def test_one_press_takes_and_signs(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "notice", branch="housekeeping")
    client = sign_in("hkm")
    client.post(url(house, f"tasks/{one.pk}/acknowledge"))
    one.refresh_from_db()
    assert (one.assignee_id, one.acknowledged_at) == (house.staff["hkm"], NOW)
    answer = client.post(url(house, f"tasks/{one.pk}/sign"), **PART)
    one.refresh_from_db()
    assert (answer.status_code, one.state) == (200, "done")
    assert "签收通知单" in answer.content.decode()


def test_one_press_of_the_wrong_post_is_told_and_changes_nothing(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "repaired")
    client = sign_in("waiter")
    before = written()
    answer = client.post(url(house, f"tasks/{one.pk}/acknowledge"), **PART)
    assert "工程技工" in answer.content.decode()
    assert written() == before


def test_waive_needs_a_reason(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "menu")
    client = sign_in("din")
    before = written()
    assert client.post(url(house, f"tasks/{one.pk}/waive"), {"reason": " "}).status_code == 422
    assert written() == before
    client.post(url(house, f"tasks/{one.pk}/waive"), {"reason": "客人在外用餐"})
    one.refresh_from_db()
    assert (one.state, one.reason) == ("waived", "客人在外用餐")


def test_undo_of_a_done_task_opens_it_again(house: House, sign_in: SignIn) -> None:
    one = task(start(house), "menu")
    client = sign_in("din")
    client.post(url(house, f"tasks/{one.pk}/done"), {})
    page = client.get(url(house, "my-tasks")).content.decode()
    assert url(house, f"tasks/{one.pk}/reopen") in page
    client.post(url(house, f"tasks/{one.pk}/reopen"))
    one.refresh_from_db()
    assert one.state == "waiting"  # the meal has no time yet


def test_assign_offers_who_is_eligible_and_names_the_clause_of_the_rest(house: House, sign_in: SignIn) -> None:
    one = task(start(house, level="VVIP"), "host")
    client = sign_in("hkm")
    page = client.get(url(house, f"tasks/{one.pk}")).content.decode()
    assert f'<option value="{house.staff["maid"]}" disabled>' in page
    refused = client.post(url(house, f"tasks/{one.pk}/assign"), {"staff": house.staff["maid"]})
    assert refused.status_code == 422
    assert "16" in text_of(refused)
    client.post(url(house, f"tasks/{one.pk}/assign"), {"staff": house.staff["hks"]})
    one.refresh_from_db()
    assert one.assignee_id == house.staff["hks"]


def test_late_task_tells_whom_it_was_reported_to(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from binzhi.promises.sweep import sweep

    one = task(start(house), "banner")
    late = ARRIVAL - 5 * HOUR + timedelta(minutes=6)
    sweep(now=late)
    db.enter_scope("*", "*")
    monkeypatch.setattr(clock, "now", lambda: late)
    seen = text_of(sign_in("sales").get(url(house, f"tasks/{one.pk}")))
    assert "逾期上报" in seen
    assert "韩经理" in seen
