from django.db import migrations, models

import storecredit.api.models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0003_look_up_misses"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="issue_limits",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="The most that the client may issue at once, in minor units by currency. "
                "Others have no limit.",
                validators=[storecredit.api.models.validate_issue_limits],
                verbose_name="largest single issue",
            ),
        ),
    ]
