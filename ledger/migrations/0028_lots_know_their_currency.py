from django.db import migrations, models


def tell_lots_their_currency(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_lot SET currency = a.currency FROM ledger_account a WHERE a.id = ledger_lot.account_id"
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0027_entries_by_actor")]

    operations = [
        migrations.AddField(
            model_name="lot",
            name="currency",
            # None keeps it: each lot is told at once.
            field=models.CharField(max_length=3, editable=False, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(tell_lots_their_currency, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="lot", name="ledger_lot_expiring"),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                name="ledger_lot_expiring",
                fields=["expires_at", "id"],
                include=["account", "currency", "remaining_minor"],
                condition=models.Q(("expires_at__isnull", False), ("remaining_minor__gt", 0)),
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                name="ledger_account_test", fields=["id"], condition=models.Q(("test_mode", True))
            ),
        ),
    ]
