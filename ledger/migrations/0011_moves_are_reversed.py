from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_customers_by_words")]
    operations = [
        migrations.RemoveConstraint(model_name="transaction", name="ledger_transaction_transfer_has_reference"),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                name="ledger_transaction_transfer_has_reference",
                condition=(Q(type__in=["TRANSFER", "REVERSE"], counter_account="TRANSFERS") & ~Q(reference=""))
                | (~Q(type="TRANSFER") & ~Q(counter_account="TRANSFERS")),
            ),
        ),
    ]
