from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = (
    ("api_apikey_identity", "api_apikey"),
    ("api_apikey_of_its_owner", "api_apikey"),
    ("api_apiclient_keys_end_first", "api_apiclient"),
)


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Those that name the columns that go; the release before brings its own."""
    if schema_editor.connection.vendor == "postgresql":
        for name, table in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0005_issue_limits_per_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="door",
            field=models.CharField(blank=True, editable=False, help_text="Where it was made.", max_length=64),
        ),
        migrations.AddField(
            model_name="apikey",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                help_text="Who made it in the admin, and so read it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="apiclient",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                help_text="The person behind the client: it may do no more than they may, and they alone are shown its "
                "keys. Who approves credits must have one. Another owner ends the keys.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="api_clients",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("door", "admin"), _negated=True), ("made_by__isnull", False), _connector="OR"),
                name="api_apikey_made_in_the_admin_by_somebody",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
    ]
