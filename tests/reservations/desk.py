"""A clerk at a screen: signed in, with exactly the rights named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count

from django.test import Client

from binzhi.guests.access import Permission as GuestPermission
from binzhi.people.models import Department, Post, Staff, User
from binzhi.reservations.access import Permission
from tests.factories import TestHotel

CLERK = (
    Permission.VIEW, Permission.CREATE, Permission.CHANGE, Permission.CANCEL, Permission.MARK_NO_SHOW,
    Permission.REINSTATE, GuestPermission.VIEW, GuestPermission.CREATE,
)  # fmt: skip
_numbers = count(1)


def make_user(hotel: TestHotel, permissions: Iterable[str] = CLERK, *, name: str = "钱多多") -> User:
    """An employee of the hotel whose post carries these rights."""
    number = next(_numbers)
    user = User.objects.create_user(username=f"clerk-{number}", password=None, name=name)
    department = Department.objects.create(hotel_id=hotel.pk, code=f"desk-{number}", name="前厅部")
    post = Post.objects.create(
        hotel_id=hotel.pk, department=department, code=f"post-{number}", name="前台接待", name_en="Receptionist",
        permissions=[str(permission) for permission in permissions],
    )  # fmt: skip
    Staff.objects.create(hotel_id=hotel.pk, user=user, post=post, employee_no=str(number), since=date(2026, 1, 1))
    return user


def signed_in(hotel: TestHotel, permissions: Iterable[str] = CLERK, *, language: str = "en") -> Client:
    """A browser of such an employee."""
    client = Client()
    client.force_login(make_user(hotel, permissions))
    client.cookies["binzhi_language"] = language
    return client
