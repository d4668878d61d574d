"""When staff are offered a reason. Those of a shop's own stay offered for everything; the shipped ones are told apart."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

#: Of the reasons that were shipped so far, all but error correction say why credit is given.
_GIVING = ("GW", "DL", "DM", "PR", "RT", "PD")


def tell_the_shipped_apart(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    reasons = apps.get_model("ledger", "Reason").objects.using(schema_editor.connection.alias)
    reasons.filter(pk__in=_GIVING).update(for_taking=False, for_reversing=False)
    # It is there where a database has gone back and comes forward again.
    reasons.filter(pk="EM", label="Entered by mistake").update(for_giving=False, for_taking=False)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_entries_by_time")]
    operations = [
        migrations.AddField(
            "reason", "for_giving", models.BooleanField("when credit is given", default=True)
        ),
        migrations.AddField(
            "reason", "for_taking", models.BooleanField("when credit is taken", default=True)
        ),
        migrations.AddField(
            "reason", "for_reversing", models.BooleanField("when a transaction is reversed", default=True)
        ),
        migrations.RunPython(tell_the_shipped_apart, migrations.RunPython.noop),
    ]
