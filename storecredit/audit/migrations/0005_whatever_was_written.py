"""Activities are read whatever somebody wrote past the program: on the database nothing changes."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models

from storecredit.audit.models.activities import ReadAnyway


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_erasures_of_two_people")]

    operations = [
        # SQLite would make the table anew.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="activity",
                    name=name,
                    field=models.JSONField(
                        blank=True, decoder=ReadAnyway, default=dict, encoder=DjangoJSONEncoder, **words
                    ),
                )
                for name, words in (
                    ("before", {"verbose_name": "before"}),
                    ("after", {"verbose_name": "after"}),
                    ("details", {}),
                )
            ]
        )
    ]
