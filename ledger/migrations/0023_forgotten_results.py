from typing import Any

from django.db import migrations


def say_what_is_forgotten(apps: Any, schema_editor: Any) -> None:
    """What was forgotten of a spent intent looked like one of which nothing was told yet; now it says so."""
    intents = apps.get_model("ledger", "StaffIntent").objects.using(schema_editor.connection.alias)
    intents.filter(spent_at__isnull=False, result={}).update(result={"erased": True})


class Migration(migrations.Migration):
    dependencies = [("ledger", "0022_what_people_did")]

    operations = [migrations.RunPython(say_what_is_forgotten, migrations.RunPython.noop)]
