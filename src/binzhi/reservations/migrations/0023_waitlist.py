"""The waitlist, and stays that were asked for and not sold."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from binzhi.kernel.schema import hotel_wall, insert_only


def named(to: str, *, null: bool = False, index: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, null=null, db_index=index
    )


KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
WAIT = [
    ("waiting", "Waiting"),
    ("offered", "Offered"),
    ("booked", "Booked"),
    ("lapsed", "Lapsed"),
    ("withdrawn", "Withdrawn"),
]
REASONS = [
    ("sold_out", "Sold out"),
    ("price", "Too dear"),
    ("closed", "Closed or restricted"),
    ("type", "Not the room wanted"),
    ("other", "Other reason"),
]


class Migration(migrations.Migration):
    dependencies = [("reservations", "0022_expected_guests")]
    operations = [
        migrations.CreateModel(
            name="WaitlistEntry",
            fields=[
                ("id", KEY),
                ("status", models.CharField(choices=WAIT, default="waiting", max_length=10)),
                ("name", models.CharField(max_length=120)),
                ("phone_sealed", models.BinaryField(null=True)),
                ("phone_masked", models.CharField(db_default="", max_length=30)),
                ("arrival", models.DateField()),
                ("departure", models.DateField()),
                ("rooms", models.SmallIntegerField(db_default=1)),
                ("adults", models.SmallIntegerField(db_default=2)),
                ("children", models.SmallIntegerField(db_default=0)),
                ("priority", models.SmallIntegerField(db_default=2, help_text="1 first, 3 last")),
                ("hold_minutes", models.SmallIntegerField(db_default=120)),
                ("note", models.CharField(db_default="", max_length=300)),
                ("offered_at", models.DateTimeField(null=True)),
                ("offer_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("guest", named("guests.guest", null=True, index=True)),
                ("hotel", named("property.hotel")),
                ("organisation", named("guests.organisation", null=True, index=True)),
                ("rate_plan", named("reservations.rateplan")),
                ("reservation", named("reservations.reservation", null=True, index=True)),
                ("room_type", named("property.roomtype")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(status__in=["waiting", "offered"]),
                        fields=["hotel", "priority", "created_at"],
                        name="wait_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(status__in=[code for code, _ in WAIT]), name="wait_status"),
                    models.CheckConstraint(
                        condition=Q(
                            departure__gt=F("arrival"), rooms__gte=1, priority__range=(1, 3), hold_minutes__gte=5
                        ),
                        name="wait_makes_sense",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="offered") | Q(offer_until__isnull=False), name="offer_has_end"
                    ),
                    models.CheckConstraint(
                        condition=~Q(status="booked") | Q(reservation__isnull=False), name="booked_is_booked"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Denial",
            fields=[
                ("id", KEY),
                ("business_date", models.DateField()),
                ("at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(choices=REASONS, max_length=12)),
                ("arrival", models.DateField()),
                ("departure", models.DateField()),
                ("rooms", models.SmallIntegerField()),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2, help_text="what it would have brought", max_digits=12, null=True
                    ),
                ),
                ("hotel", named("property.hotel")),
                ("room_type", named("property.roomtype", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "business_date"], name="denial_by_day")],
                "constraints": [
                    models.CheckConstraint(condition=Q(reason__in=[code for code, _ in REASONS]), name="denial_reason"),
                    models.CheckConstraint(
                        condition=Q(departure__gte=F("arrival"), rooms__gte=1), name="denial_makes_sense"
                    ),
                ],
            },
        ),
        *hotel_wall("reservations_waitlistentry", "reservations_denial"),
        *insert_only("reservations_denial"),
    ]
