from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_transactions_by_metadata")]
    operations = [
        migrations.AddIndex(
            "transaction", models.Index(name="ledger_transaction_by_time", fields=["created_at", "number"])
        ),
    ]
