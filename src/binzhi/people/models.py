"""Who works here: sign-in names, departments, posts with their rights, staff, API tokens, the roster."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.people.enums import AbsenceKind
from binzhi.property.models import Hotel


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)

    def create_user(self, *, username: str, password: str | None, name: str = "", email: str = "") -> User:
        user = self.model(username=username, name=name, email=email)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in name of one person. What the person may do stands in `Staff`, per hotel."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    # Django's own backends ask these; rights live in Post.permissions.
    is_staff = False
    is_superuser = False

    def get_full_name(self) -> str:
        return self.name or self.username


class Department(models.Model):
    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="department_code")]


class Post(models.Model):
    """A post (岗位) of a hotel and the permissions it carries."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="posts")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    grade = models.SmallIntegerField(
        default=1, help_text="1 staff, 2 supervisor, 3 manager, 4 director, 5 general manager"
    )
    permissions = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="post_code")]


class Staff(models.Model):
    """A person holding a post in a hotel since `since`, until `left_on`."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="staff")
    employee_no = models.CharField(max_length=20)
    since = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotel", "employee_no"], name="staff_employee_no"),
            models.UniqueConstraint(fields=["hotel", "user"], name="staff_once_per_hotel"),
        ]


class ApiToken(models.Model):
    """A program's key to one hotel, kept as a hash; it may do what its scopes and its owner's post both allow."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Shift(models.Model):
    """A shift (班次) by its times of day; one that does not end after it starts ends on the next day.

    `code` is short, because the roster is filled by typing it. Without `department` it is the whole house's.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=10)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, db_default="")
    starts = models.TimeField()
    ends = models.TimeField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="shift_code")]


class Duty(models.Model):
    """Somebody is to be at work from `starts_at` until `ends_at`, for this while in `acting_post` where one is named.

    It keeps its own times: a shift that is changed later does not change what was planned. No person has two at a time.
    """

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    acting_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            # The queries of who is on duty look as far back and no further.
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(ends_at__lte=F("starts_at") + timedelta(hours=36)),
                name="duty_length",
            )
        ]
        indexes = [models.Index(fields=["hotel", "starts_at"], name="duty_by_start")]


class Absence(models.Model):
    """Somebody is not at work from `starts_at` until `ends_at`, whatever the roster says."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=AbsenceKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_length")]
        indexes = [models.Index(fields=["staff", "ends_at"], name="absence_by_end")]


class Deputy(models.Model):
    """The post that stands in for `post` when none of its holders is on duty; lower `position` is asked first."""

    hotel = models.ForeignKey(Hotel, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    deputy = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "deputy"], name="deputy_once"),
            models.UniqueConstraint(fields=["post", "position"], name="deputy_order"),
            models.CheckConstraint(condition=~Q(post=F("deputy")), name="no_post_is_its_own_deputy"),
        ]
