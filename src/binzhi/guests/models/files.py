"""The guest file: people and organisations the group knows."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.guests.enums import DocumentKind, OrganisationKind, Sex
from binzhi.property.models import HotelGroup


class Organisation(models.Model):
    """A company under an agreement (协议单位) or a travel agency."""

    Kind = OrganisationKind

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=30)
    contract_no = models.CharField(max_length=40, db_default="")
    contract_from = models.DateField(null=True, blank=True)
    contract_until = models.DateField(null=True, blank=True)
    credit_limit = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    pinyin = models.CharField(max_length=80, db_default="")
    initials = models.CharField(max_length=20, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="organisation_code"),
            models.CheckConstraint(
                condition=Q(contract_from=None) | Q(contract_until=None) | Q(contract_until__gte=F("contract_from")),
                name="contract_ends_after_it_begins",
            ),
        ]


class Guest(models.Model):
    """One person's file across the group. Phone and documents are sealed, beside them stand masks and keyed hashes.

    `plain`, `pinyin`, `initials` are search keys of the name (see kernel.search), each under a prefix index.
    """

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, db_default="")
    sex = models.CharField(max_length=6, choices=Sex, blank=True, db_default="")
    birth_date = models.DateField(null=True, blank=True)
    nationality = models.CharField(max_length=3, blank=True, db_default="")
    email = models.CharField(max_length=200, blank=True, db_default="")
    phone_sealed = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=30, db_default="")
    phone_index = models.BinaryField(null=True)
    phone_tail_index = models.BinaryField(null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    member_no = models.CharField(max_length=20, db_default="")
    member_tier = models.CharField(max_length=10, db_default="")
    vip_level = models.CharField(max_length=10, db_default="")
    vip_rank = models.SmallIntegerField(db_default=0)
    note = models.CharField(max_length=500, db_default="")
    plain = models.CharField(max_length=80, db_default="")
    pinyin = models.CharField(max_length=80, db_default="")
    initials = models.CharField(max_length=20, db_default="")
    marked = models.CharField(max_length=120, db_default="")
    stays = models.IntegerField(db_default=0)
    last_stay_on = models.DateField(null=True)
    version = models.IntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    # The file that stayed when the two were found to be one person: always the last one of a chain.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The version that was last compared with all other files.
    matched_version = models.IntegerField(db_default=0)


class GuestDocument(models.Model):
    """An identity document: number sealed, found by keyed hash, shown masked. One number belongs to one guest."""

    Kind = DocumentKind

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=15, choices=Kind)
    country = models.CharField(max_length=3, db_default="")
    number_sealed = models.BinaryField()
    number_masked = models.CharField(max_length=30)
    number_index = models.BinaryField()
    expires_on = models.DateField(null=True, blank=True)
    checked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "kind", "country", "number_index"], name="document_once")
        ]


class Reveal(models.Model):
    """Somebody looked at a masked value: who, which, why. Insert-only."""

    group = models.ForeignKey(HotelGroup, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField()
    what = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())
