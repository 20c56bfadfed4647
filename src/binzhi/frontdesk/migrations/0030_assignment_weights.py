"""How much each wish weighs when rooms are proposed."""

import django.db.models.deletion
from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0002_invariants"), ("property", "0003_seals")]
    operations = [
        migrations.CreateModel(
            name="AssignmentWeight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hotel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="property.hotel",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("weight", models.SmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("hotel", "code"), name="assignment_weight_once"),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0), ("weight__lte", 200)), name="assignment_weight_range"
                    ),
                ],
            },
        ),
        *hotel_wall("frontdesk_assignmentweight"),
    ]
