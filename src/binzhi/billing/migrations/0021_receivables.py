"""Companies' accounts: what paid what, never more than there is on either side, whichever way it is written."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from binzhi.kernel.schema import hotel_wall, insert_only

# A posting on a company's account and everything that names it as origin is one item (it owes) or one credit.
LEFT = """
CREATE FUNCTION billing_stands(account bigint, root bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(l.amount), 0) FROM billing_line l
    WHERE l.account_id = account AND l.transaction_id IN (
        SELECT root UNION ALL SELECT t.id FROM billing_transaction t WHERE t.origin_id = root)
$$;
CREATE FUNCTION billing_item_left(account bigint, root bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT billing_stands(account, root)
        - coalesce((SELECT sum(x.amount) FROM billing_allocation x WHERE x.item_id = root AND x.account_id = account), 0)
$$;
CREATE FUNCTION billing_credit_left(account bigint, root bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT -billing_stands(account, root)
        - coalesce((SELECT sum(x.amount) FROM billing_allocation x
                    WHERE x.credit_id = root AND x.account_id = account), 0)
$$;
"""
NO_LEFT = """
DROP FUNCTION billing_credit_left(bigint, bigint);
DROP FUNCTION billing_item_left(bigint, bigint);
DROP FUNCTION billing_stands(bigint, bigint);
"""

# The account's row is locked first, so that two allocations at once are counted one after the other.
WITHIN = """
CREATE FUNCTION billing_allocated_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_account a
    WHERE a.id = NEW.account_id AND a.hotel_id = NEW.hotel_id AND a.kind = 'receivable' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a company account of this hotel'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_one_hotel';
    END IF;
    IF NEW.takes_back_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM billing_allocation x WHERE x.id = NEW.takes_back_id AND x.account_id = NEW.account_id
        AND x.item_id = NEW.item_id AND x.credit_id = NEW.credit_id AND x.amount = -NEW.amount)
    THEN
        RAISE EXCEPTION 'an allocation is taken back whole'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_taken_back_whole';
    END IF;
    IF billing_item_left(NEW.account_id, NEW.item_id) < 0 THEN
        RAISE EXCEPTION 'more is allocated than the item owes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_within_item';
    END IF;
    IF billing_credit_left(NEW.account_id, NEW.credit_id) < 0 THEN
        RAISE EXCEPTION 'more is allocated than was paid'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_within_credit';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_allocated_within AFTER INSERT ON billing_allocation FOR EACH ROW
EXECUTE FUNCTION billing_allocated_within();

CREATE FUNCTION billing_still_allocated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM billing_allocation x
               WHERE x.item_id = NEW.origin_id AND billing_item_left(x.account_id, x.item_id) < 0)
        OR EXISTS (SELECT 1 FROM billing_allocation x
                   WHERE x.credit_id = NEW.origin_id AND billing_credit_left(x.account_id, x.credit_id) < 0)
    THEN
        RAISE EXCEPTION 'it is allocated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'still_allocated';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_still_allocated AFTER INSERT ON billing_transaction
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.origin_id IS NOT NULL AND NEW.kind IN ('refund', 'reversal')) EXECUTE FUNCTION billing_still_allocated();
"""
NO_WITHIN = """
DROP TRIGGER billing_still_allocated ON billing_transaction; DROP FUNCTION billing_still_allocated();
DROP TRIGGER billing_allocated_within ON billing_allocation; DROP FUNCTION billing_allocated_within();
"""

DECIDED_STAYS = """
CREATE FUNCTION billing_write_off_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a write-off that was decided is not changed, and none is deleted'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'write_off_stays';
END $$;
CREATE TRIGGER billing_decided_write_off_stays BEFORE UPDATE ON billing_writeoff FOR EACH ROW
WHEN (OLD.state <> 'asked') EXECUTE FUNCTION billing_write_off_stays();
CREATE TRIGGER billing_write_off_stays BEFORE DELETE ON billing_writeoff FOR EACH ROW
EXECUTE FUNCTION billing_write_off_stays();
"""
NO_DECIDED_STAYS = """
DROP TRIGGER billing_write_off_stays ON billing_writeoff;
DROP TRIGGER billing_decided_write_off_stays ON billing_writeoff;
DROP FUNCTION billing_write_off_stays();
"""

PROTECT = django.db.models.deletion.PROTECT


def key() -> tuple[str, models.BigAutoField]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def points(to: str) -> models.ForeignKey:
    return models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [("billing", "0020_cashier")]
    operations = [
        migrations.CreateModel(
            name="Allocation",
            fields=[
                key(),
                ("credit_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("business_date", models.DateField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("reason", models.CharField(db_default="", max_length=120)),
                ("account", points("billing.account")),
                ("hotel", points("property.hotel")),
                (
                    "takes_back",
                    models.OneToOneField(null=True, on_delete=PROTECT, related_name="+", to="billing.allocation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account"], name="allocation_of_account"),
                    models.Index(fields=["item_id"], name="allocation_of_item"),
                    models.Index(fields=["credit_id"], name="allocation_of_credit"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            Q(("amount__gt", 0), ("takes_back", None)),
                            Q(("amount__lt", 0), ("takes_back__isnull", False)),
                            _connector="OR",
                        ),
                        name="allocation_of_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CompanyTerms",
            fields=[
                key(),
                ("organisation_id", models.BigIntegerField()),
                ("days", models.SmallIntegerField()),
                ("hotel", points("property.hotel")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "organisation_id"), name="terms_of_company"),
                    models.CheckConstraint(condition=Q(("days__gte", 0), ("days__lte", 365)), name="terms_in_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dunning",
            fields=[
                key(),
                ("level", models.SmallIntegerField()),
                ("overdue", models.DecimalField(decimal_places=2, max_digits=14)),
                ("oldest", models.DateField()),
                ("business_date", models.DateField()),
                ("note", models.CharField(db_default="", max_length=120)),
                ("user_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("account", points("billing.account")),
                ("hotel", points("property.hotel")),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-id"], name="dunning_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("level__gte", 1), ("overdue__gt", 0)), name="dunned_for_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                key(),
                ("item_id", models.BigIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(max_length=120)),
                ("state", models.CharField(db_default="asked", help_text="asked, approved, refused", max_length=10)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("posted_id", models.BigIntegerField(null=True)),
                ("account", points("billing.account")),
                ("hotel", points("property.hotel")),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(("state", "asked")), fields=["hotel"], name="write_off_waiting"),
                    models.Index(fields=["account"], name="write_off_of_account"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            Q(("decided_at", None), ("posted_id", None), ("state", "asked")),
                            Q(("decided_at__isnull", False), ("posted_id__isnull", False), ("state", "approved")),
                            Q(("decided_at__isnull", False), ("posted_id", None), ("state", "refused")),
                            _connector="OR",
                        ),
                        name="write_off_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("decided_by", None),
                            ("asked_by", None),
                            Q(("decided_by", F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="write_off_by_a_second_person",
                    ),
                    models.CheckConstraint(condition=Q(("amount__gt", 0)), name="write_off_of_something"),
                ],
            },
        ),
        migrations.RunSQL(LEFT, NO_LEFT),
        migrations.RunSQL(WITHIN, NO_WITHIN),
        migrations.RunSQL(DECIDED_STAYS, NO_DECIDED_STAYS),
        *insert_only("billing_allocation", "billing_dunning"),
        *hotel_wall("billing_allocation", "billing_companyterms", "billing_dunning", "billing_writeoff"),
    ]
