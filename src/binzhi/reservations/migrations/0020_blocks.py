"""Groups: rooms kept by type and night, and who took them up."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def named(to: str, *, null: bool = False, index: bool = False, name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to, null=null, db_index=index
    )


def money(**more: object) -> models.DecimalField:
    return models.DecimalField(max_digits=10, decimal_places=2, **more)


STATUSES = [
    ("inquiry", "Inquiry"),
    ("tentative", "Tentative"),
    ("definite", "Definite"),
    ("lost", "Lost"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0012_entitled"),
        ("billing", "0003_found_by_guest"),
        ("guests", "0080_erasing"),
        ("property", "0003_seals"),
    ]
    operations = [
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", KEY),
                ("number", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("status", models.CharField(choices=STATUSES, default="inquiry", max_length=10)),
                ("market", models.CharField(db_default="", max_length=20)),
                ("source", models.CharField(db_default="", max_length=20)),
                ("arrival", models.DateField()),
                ("departure", models.DateField()),
                ("cut_off", models.DateField(null=True)),
                ("room_to_master", models.BooleanField(db_default=True)),
                (
                    "to_master",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), db_default=[], size=None
                    ),
                ),
                ("note", models.CharField(db_default="", max_length=1000)),
                ("end_reason", models.CharField(db_default="", max_length=200)),
                ("booked_on", models.DateField(help_text="business date of the first request")),
                ("decided_on", models.DateField(help_text="business date on which it became definite", null=True)),
                ("released_at", models.DateTimeField(help_text="when the cut-off released what was left", null=True)),
                ("created_at", models.DateTimeField()),
                ("version", models.IntegerField(db_default=1)),
                ("folio", named("billing.folio", null=True)),
                ("guest", named("guests.guest", null=True, index=True)),
                ("hotel", named("property.hotel")),
                ("organisation", named("guests.organisation", null=True, index=True)),
                ("rate_plan", named("reservations.rateplan")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["hotel", "arrival"], name="block_by_arrival"),
                    models.Index(
                        condition=Q(status="definite", released_at=None),
                        fields=["hotel", "cut_off"],
                        name="block_by_cut_off",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "number"), name="block_number"),
                    models.CheckConstraint(condition=Q(departure__gt=F("arrival")), name="block_has_a_night"),
                    models.CheckConstraint(condition=Q(status__in=[code for code, _ in STATUSES]), name="block_status"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BlockNight",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "block_id",
                        "night",
                        "room_type_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("night", models.DateField()),
                ("agreed", models.IntegerField()),
                ("rooms", models.IntegerField()),
                ("picked_up", models.IntegerField(db_default=0)),
                ("price", money(null=True)),
                ("single_price", money(null=True)),
                ("extra_adult", money(db_default=0)),
                ("block", named("reservations.block", name="nights")),
                ("hotel", named("property.hotel")),
                ("room_type", named("property.roomtype")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(picked_up__gte=0, rooms__gte=F("picked_up"), agreed__gte=F("rooms")),
                        name="block_never_overdrawn",
                    ),
                    models.CheckConstraint(
                        condition=(Q(price=None) | Q(price__gte=0))
                        & (Q(single_price=None) | Q(single_price__gte=0))
                        & Q(extra_adult__gte=0),
                        name="block_price_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BlockPickup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "room_reservation_id", "night", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("night", models.DateField()),
                ("block", named("reservations.block", index=True)),
                ("hotel", named("property.hotel")),
                ("room_reservation", named("reservations.roomreservation")),
                ("room_type", named("property.roomtype")),
            ],
        ),
        migrations.AddField(model_name="roomreservation", name="block", field=named("reservations.block", null=True)),
        migrations.AddIndex(
            model_name="roomreservation",
            index=models.Index(condition=Q(block__isnull=False), fields=["block"], name="room_res_of_block"),
        ),
    ]
