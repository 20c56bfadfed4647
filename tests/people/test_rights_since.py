"""Posts of a hotel that was here before get what the catalogue gives them by now."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from binzhi.people.models import Post
from binzhi.people.posts import CATALOGUE
from binzhi.people.setup import create_departments
from tests.factories import make_hotel

pytestmark = pytest.mark.django_db
since = import_module("binzhi.people.migrations.0003_rights_since")


def test_posts_lose_what_is_new_and_get_it_back() -> None:
    hotel = make_hotel()
    create_departments(hotel_id=hotel.pk)
    own = Post.objects.filter(hotel_id=hotel.pk).first()
    assert own is not None
    catalogue = {post.code: post.permissions for department in CATALOGUE for post in department.posts}
    with connection.schema_editor() as editor:
        since.take(None, editor)
        poorer = Post.objects.get(hotel_id=hotel.pk, code="receptionist").permissions
        since.give(None, editor)
    assert set(poorer) < set(catalogue["receptionist"])
    for post in Post.objects.filter(hotel_id=hotel.pk, code__in=catalogue):
        assert set(post.permissions) <= set(catalogue[post.code])
        news = {
            right
            for rights, posts in since.SINCE
            for right in rights.split()
            if not posts or post.code in posts.split()
        }
        assert news <= set(post.permissions)
