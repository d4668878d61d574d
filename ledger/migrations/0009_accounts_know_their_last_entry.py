from django.db import migrations, models


def tell_accounts_their_last_entry(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET last_entry_at = (SELECT MAX(t.created_at) FROM ledger_transaction t "
            "WHERE t.account_id = ledger_account.id) WHERE sequence > 0"
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_staff_intents")]
    operations = [
        migrations.AddField(
            model_name="account", name="last_entry_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.RunPython(tell_accounts_their_last_entry, migrations.RunPython.noop),
    ]
