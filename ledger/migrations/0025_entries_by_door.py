from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0024_holds_know_who_changed_them")]
    operations = [
        migrations.AddIndex(
            "transaction", models.Index(name="ledger_transaction_by_door", fields=["door", "created_at", "number"])
        ),
        migrations.AddIndex(
            "transaction",
            models.Index(
                name="ledger_transaction_by_type",
                fields=["type", "created_at", "number"],
                condition=~Q(type="ISSUE") & ~Q(type="REDEEM"),
            ),
        ),
    ]
