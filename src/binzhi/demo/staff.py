"""A person for every post, with a sign-in name that says the post in pinyin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password

from binzhi.demo.names import chinese_name
from binzhi.kernel.search import name_keys
from binzhi.people import setup
from binzhi.people.models import User
from binzhi.people.posts import POSTS
from binzhi.promises.services.protocols import install_shipped
from binzhi.vip.setup import create_standard

# Everything in the demo hotel is invented, and `make demo` prints who can sign in: the password is no secret.
PASSWORD = "lakeside-demo-2026"  # noqa: S105
# The post most visitors try first has the short name.
USERNAMES = {"receptionist": "qiantai"}
NAMES = {
    "general-manager": "沈立群",
    "gm-assistant": "方雅",
    "resident-manager": "高远",
    "gm-office-clerk": "蒋欣",
    "front-office-manager": "周敏",
    "duty-manager": "秦悦",
    "front-office-supervisor": "袁浩",
    "receptionist": "林晓",
    "reservations-clerk": "谢婷",
    "cashier": "曹颖",
    "night-auditor": "徐晨",
    "concierge-supervisor": "马骏",
    "bellman": "于航",
    "housekeeping-manager": "许兰",
    "housekeeping-supervisor": "何佩玲",
    "room-attendant": "孙丽",
    "dining-director": "蒋文",
    "dining-manager": "潘悦",
    "waiter": "叶青",
    "engineering-manager": "罗斌",
    "engineer": "吴凯",
    "finance-manager": "丁一鸣",
    "accountant": "朱珊",
    "purchaser": "董洁",
    "sales-manager": "何嘉",
    "sales-executive": "吴昊",
    "quality-manager": "顾清",
    "quality-assistant-manager": "温如",
    "security-manager": "邵刚",
    "security-guard": "冯远",
    "recreation-manager": "韩冬",
    "recreation-attendant": "唐婉",
    "hr-manager": "梁思琪",
    "trainer": "孙嘉怡",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff, as the sign-in list shows it."""

    post_code: str
    post: str
    username: str
    name: str


def members() -> Iterator[Member]:
    """Who works at every post of the catalogue."""
    random = Random(1)  # noqa: S311  (a name for a post without one)
    taken: set[str] = set()
    for code, post in POSTS.items():
        username = USERNAMES.get(code) or name_keys(post.name).pinyin
        if username in taken:
            username = f"{username}2"
        taken.add(username)
        yield Member(code, post.name, username, NAMES.get(code) or chinese_name(random, "female"))


def hire(*, hotel_id: int, since: date) -> dict[str, tuple[int, int]]:
    """Departments, posts, staff: (user id, staff id) by post."""
    setup.create_departments(hotel_id=hotel_id)
    install_shipped(hotel_id=hotel_id)
    create_standard(hotel_id=hotel_id)
    hired: dict[str, tuple[int, int]] = {}
    for number, member in enumerate(members(), start=1):
        made = setup.create_staff(
            hotel_id=hotel_id,
            username=member.username,
            name=member.name,
            password=None,
            post=member.post_code,
            since=since,
            employee_no=f"LS{number:03}",
        )
        hired[member.post_code] = (made.user_id, made.staff_id)
    # Hashing is slow by design; one hash does for one printed password.
    User.objects.filter(pk__in=[user_id for user_id, _staff_id in hired.values()]).update(
        password=make_password(PASSWORD)
    )
    return hired


def names() -> dict[str, str]:
    """Names by post."""
    return {member.post_code: member.name for member in members()}


def logins() -> list[tuple[str, str, str]]:
    """(post, user name, password) in the order of the departments."""
    return [(member.post, member.username, PASSWORD) for member in members()]
