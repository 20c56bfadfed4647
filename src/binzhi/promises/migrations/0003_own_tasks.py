"""Tasks that no protocol has, and where the proofs of a task that was opened again begin to count."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promises", "0002_invariants")]
    operations = [
        migrations.AddField(
            model_name="task",
            name="own",
            field=models.JSONField(help_text="its words, when no protocol has it", null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="proofs_after",
            field=models.BigIntegerField(db_default=0, help_text="proofs up to this id count no more"),
        ),
    ]
