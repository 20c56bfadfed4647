"""Packages and their parts, extra beds, children by age, commissions of agencies."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from binzhi.kernel.schema import hotel_wall, insert_only


def named(to: str, *, null: bool = False, index: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, null=null, db_index=index
    )


def key(to: str) -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False, to=to
    )


def money(digits: int = 10, **more: object) -> models.DecimalField:
    return models.DecimalField(decimal_places=2, max_digits=digits, **more)


ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
PER = [("room", "Per room"), ("person", "Per person")]
FREQUENCY = [("night", "Every night"), ("arrival", "Once, on arrival")]
BANDS = [("free", "Free, no bed of its own"), ("share", "Shares the bed"), ("bed", "Has a bed of its own")]
STATES = [("paid", "Paid"), ("waived", "Waived")]
TABLES = (
    "reservations_packagepart", "reservations_planextra", "reservations_childband", "reservations_commissionrate",
    "reservations_commission",
)  # fmt: skip

# No two bands of a rate hold the same age: a range of (rate, age) that no other touches.
_AGES = """
ALTER TABLE reservations_childband ADD CONSTRAINT child_bands_apart EXCLUDE USING gist (
    int8range(rate_plan_id * 128 + from_age, rate_plan_id * 128 + until_age, '[]') WITH &&);
"""
# A part that was agreed is not changed, only ended.
_PARTS_KEPT = """
CREATE FUNCTION reservations_keep_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
       OR (to_jsonb(NEW) - 'ended_at') <> (to_jsonb(OLD) - 'ended_at') THEN
        RAISE EXCEPTION 'parts of packages are ended, not changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER packagepart_kept BEFORE UPDATE OR DELETE ON reservations_packagepart
FOR EACH ROW EXECUTE FUNCTION reservations_keep_parts();
"""
# The parts of a night: those that held when it was agreed, in their order, none of them more than is left of the price.
# What is left after all of them is the room's, so that parts and room are exactly the agreed sum.
_PARTS = """
CREATE FUNCTION reservations_parts(
    plan bigint, price numeric, agreed timestamptz, adults integer, children integer, first_night boolean)
RETURNS TABLE (part_id bigint, charge_code_id bigint, name varchar, amount numeric) LANGUAGE sql STABLE AS $$
    SELECT w.id, w.charge_code_id, w.name, greatest(least(w.whole, price - coalesce(sum(w.whole) OVER (
               ORDER BY w.position, w.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)), 0)
    FROM (SELECT k.*, CASE k.per WHEN 'room' THEN k.amount
                      ELSE adults * k.amount + children * k.child_amount END AS whole
          FROM reservations_packagepart k
          WHERE k.rate_plan_id = plan AND k.since <= agreed AND (k.ended_at IS NULL OR k.ended_at > agreed)
            AND (k.frequency = 'night' OR first_night)) w
$$;
"""
# What children of known ages and extra beds cost a night under a plan (its own terms, else its parent's), and how many
# of the children have a price here; the first is NULL where the beds are not to be had. Nothing is read for nobody.
_EXTRAS = """
CREATE FUNCTION reservations_extras(plan bigint, parent bigint, ages smallint[], beds integer)
RETURNS numeric[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    cost numeric := 0;
    told integer := 0;
    bed record;
BEGIN
    IF beds > 0 THEN
        SELECT e.bed_price, e.most_beds INTO bed FROM reservations_planextra e
        WHERE e.rate_plan_id IN (plan, parent) ORDER BY e.rate_plan_id = plan DESC LIMIT 1;
        cost := CASE WHEN bed.most_beds >= beds THEN bed.bed_price * beds END;
    END IF;
    IF cardinality(ages) > 0 THEN
        SELECT cost + coalesce(sum(b.amount), 0), count(*) INTO cost, told
        FROM unnest(ages) AS a (age)
        JOIN reservations_childband b ON a.age BETWEEN b.from_age AND b.until_age
         AND b.rate_plan_id = coalesce(
             (SELECT o.rate_plan_id FROM reservations_childband o WHERE o.rate_plan_id = plan LIMIT 1), parent);
    END IF;
    RETURN ARRAY[cost, told];
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0012_invoices"),
        ("guests", "0090_contracts"),
        ("property", "0003_seals"),
        ("reservations", "0040_fixed_room"),
    ]
    operations = [
        migrations.CreateModel(
            name="PackagePart",
            fields=[
                ("id", ID),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(db_default="", max_length=60)),
                ("per", models.CharField(choices=PER, max_length=10)),
                ("frequency", models.CharField(choices=FREQUENCY, max_length=10)),
                ("amount", money(help_text="of the room or of an adult")),
                ("child_amount", money(db_default=0)),
                ("position", models.SmallIntegerField(db_default=0)),
                ("since", models.DateTimeField(db_default=Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("charge_code", named("billing.chargecode")),
                ("hotel", named("property.hotel", index=True)),
                ("rate_plan", named("reservations.rateplan", index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(per__in=["room", "person"], frequency__in=["night", "arrival"]),
                        name="package_part_words",
                    ),
                    models.CheckConstraint(condition=Q(amount__gt=0, child_amount__gte=0), name="package_part_costs"),
                    models.CheckConstraint(
                        condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="package_part_ends_after"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="PlanExtra",
            fields=[
                ("rate_plan", key("reservations.rateplan")),
                ("bed_price", money()),
                ("most_beds", models.SmallIntegerField(db_default=1)),
                ("hotel", named("property.hotel", index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(bed_price__gte=0, most_beds__range=(1, 3)), name="extra_bed_sensible"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="ChildBand",
            fields=[
                ("id", ID),
                ("from_age", models.SmallIntegerField()),
                ("until_age", models.SmallIntegerField(help_text="this age included")),
                ("kind", models.CharField(choices=BANDS, max_length=10)),
                ("amount", money(db_default=0)),
                ("hotel", named("property.hotel", index=True)),
                ("rate_plan", named("reservations.rateplan", index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(from_age__gte=0, until_age__gte=F("from_age"), until_age__lte=17),
                        name="child_band_ages",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["free", "share", "bed"], amount__gte=0) & (~Q(kind="free") | Q(amount=0)),
                        name="child_band_price",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="CommissionRate",
            fields=[
                ("id", ID),
                ("percent", money(5)),
                ("from_date", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("hotel", named("property.hotel")),
                ("organisation", named("guests.organisation", index=True)),
                ("rate_plan", named("reservations.rateplan", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hotel", "organisation", "rate_plan", "from_date"),
                        name="commission_rate_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="commission_percent"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Commission",
            fields=[
                ("room_reservation", key("reservations.roomreservation")),
                ("state", models.CharField(choices=STATES, max_length=10)),
                ("base", money(12)),
                ("percent", money(5)),
                ("amount", money(12)),
                ("reason", models.CharField(db_default="", max_length=200)),
                ("business_date", models.DateField()),
                ("settled_at", models.DateTimeField()),
                ("hotel", named("property.hotel")),
                ("organisation", named("guests.organisation", index=True)),
            ],
            options={
                "indexes": [models.Index(fields=["hotel", "business_date"], name="commission_of_day")],
                "constraints": [
                    models.CheckConstraint(condition=Q(state__in=["paid", "waived"]), name="commission_state"),
                    models.CheckConstraint(condition=~Q(state="waived") | ~Q(reason=""), name="commission_waived_why"),
                ],
            },
        ),
        migrations.AddField(
            model_name="roomreservation",
            name="child_ages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(),
                db_default=[],
                help_text="on the day of arrival, where told",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="roomreservation", name="extra_beds", field=models.SmallIntegerField(db_default=0)
        ),
        migrations.AddField(model_name="staynight", name="agreed_at", field=models.DateTimeField(db_default=Now())),
        migrations.AddConstraint(
            model_name="roomreservation",
            constraint=models.CheckConstraint(
                condition=Q(child_ages=[]) | Q(child_ages__len=F("children")), name="every_child_has_an_age"
            ),
        ),
        migrations.AddConstraint(
            model_name="roomreservation",
            constraint=models.CheckConstraint(condition=Q(extra_beds__range=(0, 3)), name="extra_beds_sensible"),
        ),
        migrations.RunSQL(_AGES, "ALTER TABLE reservations_childband DROP CONSTRAINT child_bands_apart"),
        migrations.RunSQL(
            _PARTS_KEPT,
            "DROP TRIGGER packagepart_kept ON reservations_packagepart; DROP FUNCTION reservations_keep_parts()",
        ),
        migrations.RunSQL(
            _PARTS,
            "DROP FUNCTION reservations_parts(bigint, numeric, timestamptz, integer, integer, boolean)",
        ),
        migrations.RunSQL(_EXTRAS, "DROP FUNCTION reservations_extras(bigint, bigint, smallint[], integer)"),
        *hotel_wall(*TABLES),
        *insert_only("reservations_commissionrate", "reservations_commission"),
    ]
