from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_holds_by_reference")]
    operations = [
        migrations.AddIndex(
            "transaction", models.Index(name="ledger_transaction_by_time", fields=["created_at", "number"])
        ),
    ]
