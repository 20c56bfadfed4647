"""The catalogue of posts carries rights that exist, and no right is out of everybody's reach."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum

import binzhi
from binzhi.kernel.ui.nav import NAVIGATION
from binzhi.people.posts import CATALOGUE, POSTS
from binzhi.people.rights import WORDS, grouped


def rights_of_the_house() -> set[str]:
    found: set[str] = set()
    for context in pkgutil.iter_modules(binzhi.__path__):
        try:
            access = importlib.import_module(f"binzhi.{context.name}.access")
        except ModuleNotFoundError:
            continue
        assert issubclass(access.Permission, StrEnum)
        found |= {str(right) for right in access.Permission}
    return found


def test_rights_of_posts_exist() -> None:
    unknown = {(post.code, right) for post in POSTS.values() for right in post.permissions} - {
        (post.code, right) for post in POSTS.values() for right in rights_of_the_house()
    }
    assert unknown == set()


OF_THE_SYSTEM = {
    "guests.rotate_keys", "guests.compare_files", "guests.follow_merges", "guests.learn",
    "guests.run_retention", "promises.sweep", "frontdesk.send_police_reports", "frontdesk.clear_document_images",
}  # fmt: skip


def test_rights_of_the_rail_exist() -> None:
    asked = {item.permission for department in NAVIGATION for item in department.items if item.permission}
    assert asked - rights_of_the_house() == set()


def test_every_right_is_held_by_the_general_manager_but_the_systems_own() -> None:
    assert rights_of_the_house() - set(POSTS["general-manager"].permissions) == {
        *OF_THE_SYSTEM,
    }  # fmt: skip


def test_posts_of_the_source_documents_are_there() -> None:
    names = {post.name for post in POSTS.values()}
    assert names >= {
        "总经理", "总经理助理", "驻店经理", "大堂副理", "前厅部经理", "前厅主管", "接待员", "预订员", "收银员", "夜审员", "礼宾主管", "行李员",
        "客房部经理", "客房主管", "客房服务员", "餐饮总监", "餐饮部经理", "餐饮服务员", "工程部经理", "财务部经理", "采供员", "营销部经理",
        "质检部经理", "质检部经理助理", "保安部经理", "保安员", "康乐部经理", "人力资源部经理",
    }  # fmt: skip
    assert len(names) == len(POSTS) == sum(len(department.posts) for department in CATALOGUE)


def test_money_and_levels_stay_with_those_who_answer_for_them() -> None:
    def holders(right: str) -> set[str]:
        return {code for code, post in POSTS.items() if right in post.permissions}

    assert holders("guests.set_vip_level") == {"general-manager", "resident-manager"}
    assert "receptionist" not in holders("billing.reverse_transaction") | holders("reservations.waive_fee")
    assert holders("billing.take_payment").isdisjoint({"bellman", "room-attendant", "engineer", "security-guard"})


def test_grades_follow_the_reception_rules() -> None:
    """A VVIP is served by supervisors and above (grade 2), a level is the general manager's alone (grade 5)."""
    assert [code for code, post in POSTS.items() if post.grade == 5] == ["general-manager"]
    assert {post.grade for code, post in POSTS.items() if code.endswith("-supervisor")} == {2}
    assert {post.grade for code, post in POSTS.items() if code.endswith("-manager") and "assistant" not in code} <= {
        3,
        4,
        5,
    }


def test_every_right_that_can_be_chosen_has_words() -> None:
    assert rights_of_the_house() - OF_THE_SYSTEM == set(WORDS)
    assert [label for label, pairs in grouped(WORDS) for _right, words in pairs if not words] == []
    assert sum(len(pairs) for _label, pairs in grouped(WORDS)) == len(WORDS)
