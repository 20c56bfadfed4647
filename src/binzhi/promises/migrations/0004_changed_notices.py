"""A department is told that another notice was issued."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("promises", "0003_own_tasks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assigned", "Assigned"),
                    ("moved", "Moved"),
                    ("late", "Late"),
                    ("handoff", "Handed on"),
                    ("reopened", "Opened again"),
                    ("cancelled", "Cancelled"),
                    ("changed", "Another notice issued"),
                ],
                max_length=10,
            ),
        ),
    ]
