"""Protocols read, changed, rehearsed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from binzhi.kernel import db
from binzhi.promises.models import Protocol, ProtocolVersion, Run, Task
from binzhi.property.models import Hotel
from tests.factories import statements
from tests.promises.engine.house import VISIT, House, start
from tests.promises.web.conftest import SignIn
from tests.promises.web.pages import PART, text_of, url

BROKEN = VISIT.replace("due: arrival - 2h", "due: arival - 2h").replace("department: quality", "department: qualty")


def counts() -> tuple[int, ...]:
    db.enter_scope("*", "*")
    tables = ("promises_protocol", "promises_protocolversion", "promises_run", "promises_task", "kernel_audit_entry")
    return tuple(int(db.fetch_value(f"SELECT count(*) FROM {table}")) for table in tables)


def line_of(source: str, part: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), start=1) if part in line)


def test_list_names_version_state_and_what_runs(house: House, sign_in: SignIn) -> None:
    start(house)
    seen = text_of(sign_in("gm").get(url(house, "protocols")))
    assert "接待 visit" in seen
    assert "启用" in seen


def test_list_asks_the_same_number_of_statements_for_one_and_many(house: House, sign_in: SignIn) -> None:
    from binzhi.promises.services.protocols import install_shipped

    client = sign_in("gm")
    client.get(url(house, "protocols"))
    with statements() as one:
        client.get(url(house, "protocols"))
    install_shipped(hotel_id=house.pk)
    # A version is read once and remembered.
    client.get(url(house, "protocols"))
    with statements() as many:
        client.get(url(house, "protocols"))
    assert len(one) == len(many)


def test_editor_names_every_mistake_with_its_line(house: House, sign_in: SignIn) -> None:
    before = counts()
    answer = sign_in("gm").post(url(house, "protocols/check"), {"source": BROKEN}, **PART)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'data-line="{line_of(BROKEN, "arival")}"' in page
    assert "arrival" in text_of(answer)
    # Against the hotel only what can be read is held.
    unreadable = VISIT.replace("due: arrival - 2h", "due: arrival - 2h")
    house_mistake = unreadable.replace("department: quality", "department: qualty")
    told = sign_in("gm").post(url(house, "protocols/check"), {"source": house_mistake}, **PART)
    assert f'data-line="{line_of(house_mistake, "qualty")}"' in told.content.decode()
    assert counts() == before


def test_saving_makes_a_version_and_the_same_text_again_none(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    changed = VISIT.replace("name: 接待\n", "name: 贵宾接待\n")
    form = {"source": changed, "note": "改名", "number": "1", "what": "save"}
    assert client.post(url(house, "protocols/visit"), form).status_code == 302
    assert list(ProtocolVersion.objects.order_by("number").values_list("number", "note")) == [(1, ""), (2, "改名")]
    client.post(url(house, "protocols/visit"), form | {"number": "2"})
    assert ProtocolVersion.objects.count() == 2
    page = text_of(client.get(url(house, "protocols/visit?version=1")))
    assert "正在看第 1 版" in page


def test_saving_over_what_somebody_else_saved_is_a_conflict_and_keeps_the_text(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    client.post(url(house, "protocols/visit"), {"source": VISIT + "# a\n", "number": "1", "what": "save"})
    mine = VISIT + "# mine\n"
    before = counts()
    answer = client.post(url(house, "protocols/visit"), {"source": mine, "number": "1", "what": "save"})
    assert answer.status_code == 412
    assert "# mine" in answer.content.decode()
    assert counts() == before


def test_saving_a_broken_text_is_refused_with_its_lines_and_nothing_kept(house: House, sign_in: SignIn) -> None:
    before = counts()
    answer = sign_in("gm").post(url(house, "protocols/visit"), {"source": BROKEN, "number": "1", "what": "save"})
    assert answer.status_code == 422
    assert "arival - 2h" in answer.content.decode()
    assert f'data-line="{line_of(BROKEN, "arival")}"' in answer.content.decode()
    assert counts() == before


def test_reader_without_the_right_sees_and_does_not_change(house: House, sign_in: SignIn) -> None:
    client = sign_in("maid")
    page = client.get(url(house, "protocols/visit")).content.decode()
    assert "readonly" in page
    before = counts()
    assert client.post(url(house, "protocols/visit"), {"source": VISIT + "# x\n", "what": "save"}).status_code == 403
    assert client.post(url(house, "protocols/visit/switch"), {"active": "0"}).status_code == 403
    assert counts() == before


def test_export_gives_the_text_and_import_puts_a_file_into_the_editor(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    text = client.get(url(house, "protocols/visit/export"))
    assert text.content.decode().strip() == VISIT.strip()
    assert "visit-1.yaml" in text["Content-Disposition"]
    before = counts()
    file = SimpleUploadedFile("other.yaml", VISIT.replace("protocol: visit", "protocol: other").encode())
    answer = client.post(url(house, "protocols/new"), {"file": file, "what": "read", "source": ""})
    assert "protocol: other" in answer.content.decode()
    assert counts() == before


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 200_001])
def test_file_that_is_no_protocol_is_refused(house: House, sign_in: SignIn, content: bytes) -> None:
    file = SimpleUploadedFile("other.yaml", content)
    answer = sign_in("gm").post(url(house, "protocols/new"), {"file": file, "what": "read", "source": ""})
    assert answer.status_code == 422


def test_new_protocol_begins_with_a_text_that_can_be_read(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    assert "没有错误" in text_of(client.get(url(house, "protocols/new")))


def test_switching_off_and_on_again(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    client.post(url(house, "protocols/visit/switch"), {"active": "0"})
    assert not Protocol.objects.get(code="visit").is_active
    client.post(url(house, "protocols/visit/switch?active=1"))
    assert Protocol.objects.get(code="visit").is_active


def test_unknown_protocol_is_not_found(house: House, sign_in: SignIn) -> None:
    client = sign_in("gm")
    assert [client.get(url(house, f"protocols/nothing{tail}")).status_code for tail in ("", "/rehearsal", "/export")] == [
        404, 404, 404,
    ]  # fmt: skip


# ---------------------------------------------------------------- rehearsal


def rehearse(house: House, sign_in: SignIn, **asked: Any) -> str:
    return text_of(sign_in("gm").get(url(house, "protocols/visit/rehearsal"), asked))


def test_rehearsal_moves_every_task_with_the_arrival_and_writes_nothing(house: House, sign_in: SignIn) -> None:
    before = counts()
    evening = rehearse(house, sign_in, **{"at-arrival": "2026-11-23T18:00", "fact-level": "VIP"})
    morning = rehearse(house, sign_in, **{"at-arrival": "2026-11-23T09:00", "fact-level": "VIP"})
    assert ("检修 11-23 15:00" in evening, "检修 11-23 06:00" in morning) == (True, True)
    assert counts() == before
    assert (Run.objects.count(), Task.objects.count()) == (0, 0)


def test_rehearsal_of_another_level_asks_for_other_tasks(house: House, sign_in: SignIn) -> None:
    asked = {"at-arrival": "2026-11-23T18:00"}
    plain = rehearse(house, sign_in, **asked, **{"fact-level": "-"})
    high = rehearse(house, sign_in, **asked, **{"fact-level": "VVIP"})
    assert ("横幅" in plain, "献花" in plain) == (False, False)
    assert ("封房" in high, "献花" in high) == (True, True)


def test_rehearsal_of_a_late_notice_says_what_is_compressed(house: House, sign_in: SignIn) -> None:
    assert "压缩" in rehearse(house, sign_in, **{"at-arrival": "2026-11-21T15:00"})


def test_rehearsal_of_a_text_not_saved_yet(house: House, sign_in: SignIn) -> None:
    before = counts()
    draft = VISIT.replace("name: 检修", "name: 彻底检修")
    answer = sign_in("gm").post(
        url(house, "protocols/visit/rehearsal"), {"source": draft, "at-arrival": "2026-11-23T18:00"}
    )
    assert ("彻底检修" in text_of(answer), "文本尚未保存" in text_of(answer)) == (True, True)
    broken = sign_in("gm").post(url(house, "protocols/visit/rehearsal"), {"source": BROKEN})
    assert broken.status_code == 422
    assert counts() == before


def test_rehearsal_of_a_time_that_is_none_says_so(house: House, sign_in: SignIn) -> None:
    assert "日期和时间" in rehearse(house, sign_in, **{"at-arrival": "soon"})


def test_rehearsal_over_the_night_of_the_clock_change_shows_what_a_run_would_do(house: House, sign_in: SignIn) -> None:
    """A day ahead is 24 hours ahead, also where the clock of the day before then shows another hour."""
    Hotel.objects.filter(pk=house.pk).update(timezone="Europe/Berlin")
    text = rehearse(house, sign_in, **{"at-arrival": "2027-03-28T18:00", "fact-level": "VIP"})
    assert ("检修 2027-03-28 15:00" in text, "一会一案 2027-03-27 17:00" in text) == (True, True)
    assert "没有这个时间" in rehearse(house, sign_in, **{"at-arrival": "2027-03-28T02:30"})
