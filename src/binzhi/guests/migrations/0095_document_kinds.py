"""The residence permit of Hong Kong, Macao and Taiwan residents is a document of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0090_contracts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="guestdocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("resident_id", "Resident ID card"),
                    ("passport", "Passport"),
                    ("hk_macao", "Hong Kong/Macao permit"),
                    ("taiwan", "Taiwan permit"),
                    ("hmt_residence", "Residence permit for Hong Kong, Macao and Taiwan residents"),
                    ("foreigner_pr", "Foreigner's permanent residence card"),
                    ("other", "Other document"),
                ],
                max_length=15,
            ),
        ),
    ]
