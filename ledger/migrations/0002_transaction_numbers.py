"""PostgreSQL hands out transaction numbers from a sequence; SQLite, which has one writer, counts on."""

from django.db import migrations


def create_sequence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE SEQUENCE ledger_transaction_number_seq OWNED BY ledger_transaction.number", params=None
        )
        schema_editor.execute(
            "ALTER TABLE ledger_transaction ALTER COLUMN number SET DEFAULT nextval('ledger_transaction_number_seq')",
            params=None,
        )


def drop_sequence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE ledger_transaction ALTER COLUMN number DROP DEFAULT", params=None)
        schema_editor.execute("DROP SEQUENCE ledger_transaction_number_seq", params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]
    operations = [migrations.RunPython(create_sequence, drop_sequence)]
