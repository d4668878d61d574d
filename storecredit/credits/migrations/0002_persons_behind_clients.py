from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = (
    ("credits_clientperson_of_owner", "api_apiclient"),
    ("credits_clientperson_of_key", "api_apikey"),
    ("credits_clientperson_no_approver", "api_apiclient"),
    ("credits_creditrequestvote_four_eyes", "credits_creditrequestvote"),
)


def write_down_owners(apps: Any, schema_editor: Any) -> None:
    """Whoever is an API client's owner, or was when it asked for something."""
    db = schema_editor.connection.alias
    owners = apps.get_model("api", "ApiClient").objects.using(db).filter(owner__isnull=False)
    asked = (
        apps.get_model("credits", "CreditRequest")
        .objects.using(db)
        .filter(requested_client__isnull=False, requested_by__isnull=False)
    )
    pairs = {*owners.values_list("pk", "owner_id"), *asked.values_list("requested_client_id", "requested_by_id")}
    model = apps.get_model("credits", "ClientPerson")
    model.objects.using(db).bulk_create(model(client_id=client, person_id=person) for client, person in sorted(pairs))


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Those that read or write the table that goes; the release before brings its own."""
    if schema_editor.connection.vendor == "postgresql":
        for name, table in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0006_makers_of_keys"),
        ("credits", "0001_credit_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="api.apiclient",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_behind",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "person"), name="credits_clientperson_once")],
            },
        ),
        migrations.RunPython(write_down_owners, migrations.RunPython.noop),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
    ]
