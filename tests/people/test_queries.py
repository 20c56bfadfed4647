"""Who acts, in how many statements, and what the database shows him."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.people.errors import EmployeeNumberTaken, UnknownPost, UsernameTaken
from binzhi.people.models import Staff, User
from binzhi.people.posts import POSTS
from binzhi.people.queries import actor_for_user
from binzhi.people.setup import StaffRef, create_departments, create_post
from binzhi.people.setup import employ as give_post
from binzhi.property.queries import HotelRef
from tests.factories import TODAY
from tests.guests.conftest import new_hotel
from tests.people.conftest import staff_of

Employ = Callable[..., StaffRef]


def user(staff: StaffRef) -> User:
    return User.objects.get(pk=staff.user_id)


def scope() -> tuple[str, str]:
    row = db.fetch_one(
        "SELECT current_setting('binzhi.hotels', true) AS h, current_setting('binzhi.groups', true) AS g"
    )
    assert row is not None
    return row["h"], row["g"]


def test_actor_for_user_is_one_statement_that_binds_the_session(
    hotel: HotelRef, employ: Employ, django_assert_num_queries: Any
) -> None:
    someone = user(employ("lin.xiao"))
    with django_assert_num_queries(1):
        actor, hotels = actor_for_user(someone)
        db.enter_scope(actor.hotel_scope, actor.group_scope)
    assert hotels == [hotel]
    assert (actor.name, actor.user_id, actor.group_ids) == ("林晓", someone.pk, frozenset({hotel.group_id}))
    assert actor.grants == {hotel.pk: frozenset(POSTS["receptionist"].permissions)}
    assert scope() == (str(hotel.pk), str(hotel.group_id))


def test_actor_for_user_with_posts_in_two_hotels_has_each_right_where_it_is_held(
    hotel: HotelRef, employ: Employ
) -> None:
    someone = employ("lin.xiao")
    other = new_hotel()
    create_post(hotel_id=other.pk, code="guest", name="外援", permissions=["frontdesk.view_desk"])
    give_post(hotel_id=other.pk, user_id=someone.user_id, post="guest", since=TODAY)
    actor, hotels = actor_for_user(user(someone))
    assert hotels == [hotel, other]
    assert actor.grants[other.pk] == frozenset({"frontdesk.view_desk"})
    assert (actor.may("guests.reveal", hotel.pk), actor.may("guests.reveal", other.pk)) == (True, False)
    assert scope() == (f"{hotel.pk},{other.pk}", ",".join(str(g) for g in sorted({hotel.group_id, other.group_id})))


def test_actor_for_user_without_a_post_is_a_stranger_and_sees_nothing(hotel: HotelRef, employ: Employ) -> None:
    actor_for_user(user(employ("lin.xiao")))
    someone = User.objects.create_user(username="nobody", password=None)
    actor, hotels = actor_for_user(someone)
    assert (actor.grants, hotels, actor.user_id) == ({}, [], someone.pk)
    assert scope() == ("", "")


@pytest.mark.parametrize(
    ("left_on", "may"), [(None, True), (TODAY + timedelta(days=1), True), (TODAY, False), (date(2026, 1, 2), False)]
)
def test_actor_for_user_who_left_has_no_rights_from_that_day(
    hotel: HotelRef, employ: Employ, left_on: date | None, may: bool
) -> None:
    someone = employ("lin.xiao")
    Staff.objects.filter(pk=someone.staff_id).update(left_on=left_on)
    assert bool(actor_for_user(user(someone))[0].grants) is may


def test_create_staff_refusals(hotel: HotelRef, employ: Employ) -> None:
    employ("lin.xiao", employee_no="A1")
    with pytest.raises(UsernameTaken):
        employ("lin.xiao")
    with pytest.raises(UnknownPost):
        employ("zhou.min", post="astronaut")
    with pytest.raises(EmployeeNumberTaken):
        employ("sun.li", employee_no="A1")


def test_create_departments_makes_every_post_with_its_rights(hotel: HotelRef) -> None:
    from binzhi.people.models import Post

    kept = dict(Post.objects.filter(hotel_id=hotel.pk).values_list("code", "permissions"))
    assert kept == {code: post.permissions for code, post in POSTS.items()}


def test_two_hotels_have_staff_of_the_same_number(hotel: HotelRef, employ: Employ) -> None:
    employ("lin.xiao", employee_no="A1")
    other = new_hotel()
    create_departments(hotel_id=other.pk)
    assert staff_of(other, "zhou.min", employee_no="A1").staff_id
