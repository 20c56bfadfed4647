"""What stands in the windows of a company is asked for with each charge to one of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0021_receivables")]
    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("organisation_id__isnull", False)),
                fields=["hotel", "organisation_id"],
                name="account_of_company",
            ),
        ),
    ]
