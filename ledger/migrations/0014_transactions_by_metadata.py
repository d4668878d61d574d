"""Entries are found by the members of the metadata that clients keep with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_holds_by_reference")]
    operations = [
        migrations.CreateModel(
            name="TransactionMetadatum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="found_by",
                        to="ledger.transaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest", "transaction"), name="ledger_transactionmetadatum_once"),
                ],
            },
        ),
    ]
