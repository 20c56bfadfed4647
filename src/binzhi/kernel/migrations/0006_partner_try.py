"""Whether an outside partner answered when it was last asked."""

from django.db import migrations, models

from binzhi.kernel.schema import hotel_wall


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_erasing")]
    operations = [
        migrations.CreateModel(
            name="PartnerTry",
            fields=[
                ("pk", models.CompositePrimaryKey("hotel_id", "partner", primary_key=True, serialize=False)),
                ("hotel_id", models.BigIntegerField()),
                ("partner", models.CharField(max_length=20)),
                ("tried_at", models.DateTimeField()),
                ("trouble", models.CharField(db_default="", max_length=60)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "kernel_partner_try"},
        ),
        *hotel_wall("kernel_partner_try"),
    ]
