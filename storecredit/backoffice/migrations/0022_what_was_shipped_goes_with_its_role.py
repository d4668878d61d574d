"""What a role was shipped with goes with it by a trigger: on the database nothing changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0021_webhook_secrets_by_two")]

    operations = [
        migrations.AlterField(
            model_name="shippedgrant",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="shipped_grants", to="auth.group"
            ),
        ),
    ]
