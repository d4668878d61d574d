"""
What all accounts hold together is kept.

The sums are filled after the migrations, once the triggers are up that keep them: see `ledger.operations.sums`.
"""

from django.db import migrations, models

_SUMS = (
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("kind", models.CharField(max_length=12)),
    ("currency", models.CharField(max_length=3)),
    ("test_mode", models.BooleanField()),
    ("accounts", models.BigIntegerField()),
    ("with_balance", models.BigIntegerField()),
    ("balance_minor", models.BigIntegerField()),
    ("held_minor", models.BigIntegerField()),
)


def put_triggers_down(apps, schema_editor):
    """They would write where there is no table any more; on SQLite all are down already."""
    if schema_editor.connection.vendor == "postgresql":
        for name in ("ledger_account_counted", "ledger_account_uncounted", "ledger_account_summed"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON ledger_account")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0018_time_is_closed")]
    operations = [
        migrations.CreateModel(
            name="AccountSum",
            fields=list(_SUMS),
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "currency", "test_mode"), name="ledger_accountsum_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="AccountSumChange",
            fields=[(name, field.clone()) for name, field in _SUMS],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(migrations.RunPython.noop, put_triggers_down),
    ]
