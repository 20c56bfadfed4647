"""Building blocks to staff a hotel: used by the demo, the replay and the tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from binzhi.people.errors import EmployeeNumberTaken, UnknownPost, UsernameTaken
from binzhi.people.models import Department, Post, Staff, User
from binzhi.people.posts import CATALOGUE

EMPLOYEE_NO_LIMIT = 20


@dataclass(frozen=True, slots=True)
class StaffRef:
    """Ids of a member of staff."""

    staff_id: int
    user_id: int
    username: str


def create_departments(*, hotel_id: int) -> dict[str, int]:
    """All departments and posts of the catalogue; ids of the posts by code."""
    posts: dict[str, int] = {}
    for position, spec in enumerate(CATALOGUE):
        department = Department.objects.create(
            hotel_id=hotel_id, code=spec.code, name=spec.name, name_en=spec.name_en, position=position
        )
        made = Post.objects.bulk_create(
            Post(
                hotel_id=hotel_id, department=department, code=post.code, name=post.name, name_en=post.name_en,
                grade=post.grade, permissions=post.permissions,
            )
            for post in spec.posts
        )  # fmt: skip
        posts |= {post.code: post.pk for post in made}
    return posts


def create_post(
    *, hotel_id: int, code: str, name: str, permissions: Iterable[str], department: str = "gm-office", grade: int = 1
) -> int:
    """A post of the hotel's own making; its id. The department is made when it is not there yet."""
    place, _made = Department.objects.get_or_create(hotel_id=hotel_id, code=department, defaults={"name": department})
    return Post.objects.create(
        hotel_id=hotel_id, department=place, code=code, name=name, grade=grade, permissions=sorted(set(permissions))
    ).pk


def create_user(*, username: str, password: str | None, name: str = "", email: str = "", language: str = "") -> int:
    """A sign-in name; its id. Without a password nobody can sign in with it. Raises UsernameTaken."""
    if User.objects.filter(username=username).exists():
        raise UsernameTaken
    user = User(username=username, name=name, email=email, language=language)
    user.set_password(password)
    user.save()
    return user.pk


def create_staff(
    *,
    hotel_id: int,
    username: str,
    name: str,
    password: str | None,
    post: str,
    since: date,
    employee_no: str = "",
    email: str = "",
    language: str = "",
) -> StaffRef:
    """A person with a sign-in name and a post (by code) in the hotel.

    Raises UnknownPost, UsernameTaken, EmployeeNumberTaken.
    """
    user_id = create_user(username=username, password=password, name=name, email=email, language=language)
    return employ(hotel_id=hotel_id, user_id=user_id, post=post, since=since, employee_no=employee_no)


def employ(*, hotel_id: int, user_id: int, post: str, since: date, employee_no: str = "") -> StaffRef:
    """Give somebody who has a sign-in name a post in a (further) hotel. Raises UnknownPost, EmployeeNumberTaken."""
    place = Post.objects.filter(hotel_id=hotel_id, code=post).first()
    if place is None:
        raise UnknownPost(post=post)
    user = User.objects.get(pk=user_id)
    number = employee_no or (user.username if len(user.username) <= EMPLOYEE_NO_LIMIT else f"U{user.pk}")
    if Staff.objects.filter(hotel_id=hotel_id, employee_no=number).exists():
        raise EmployeeNumberTaken
    staff = Staff.objects.create(hotel_id=hotel_id, user=user, post=place, employee_no=number, since=since)
    return StaffRef(staff_id=staff.pk, user_id=user.pk, username=user.username)
