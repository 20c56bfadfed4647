"""The number of an agreement and the day from which it holds."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("guests", "0082_lately_here")]
    operations = [
        migrations.AddField(
            model_name="organisation", name="contract_no", field=models.CharField(db_default="", max_length=40)
        ),
        migrations.AddField(
            model_name="organisation", name="contract_from", field=models.DateField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=Q(contract_from=None) | Q(contract_until=None) | Q(contract_until__gte=F("contract_from")),
                name="contract_ends_after_it_begins",
            ),
        ),
    ]
