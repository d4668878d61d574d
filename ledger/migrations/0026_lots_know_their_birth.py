from datetime import UTC, datetime

from django.db import migrations, models


def tell_lots_when_they_were_born(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_lot SET born_at = t.created_at FROM ledger_transaction t "
            "WHERE t.id = ledger_lot.transaction_id"
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0025_entries_by_door")]

    operations = [
        migrations.AddField(
            model_name="lot",
            name="born_at",
            # None keeps it: each lot is told at once.
            field=models.DateTimeField(editable=False, default=datetime(1970, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.RunPython(tell_lots_when_they_were_born, migrations.RunPython.noop),
    ]
