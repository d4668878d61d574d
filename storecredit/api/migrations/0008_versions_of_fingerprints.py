from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0007_code_look_ups_by_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="idempotencyrecord",
            name="version",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, help_text="How the fingerprint was taken."
            ),
        ),
    ]
