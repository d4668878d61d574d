"""
Entries are found by the members of the metadata that clients keep with them.

Where this was taken back and is done again, there are some that have metadata already.
"""

from itertools import islice

import django.db.models.deletion
from django.db import migrations, models

from ledger.metadata import METADATA, list_members

_AT_ONCE = 1000


def write_members(apps, schema_editor):
    """The trigger that refuses members behind their entry is put up after the migrations."""
    Transaction = apps.get_model("ledger", "Transaction")
    TransactionMetadatum = apps.get_model("ledger", "TransactionMetadatum")
    kept = Transaction.objects.filter(details__has_key=METADATA).values_list("pk", "details")
    members = (
        TransactionMetadatum(transaction_id=pk, digest=member.digest)
        for pk, details in kept.order_by("pk").iterator(_AT_ONCE)
        for member in list_members(details[METADATA])
    )
    while some := list(islice(members, _AT_ONCE)):
        TransactionMetadatum.objects.bulk_create(some)


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
        migrations.RunPython(write_members, migrations.RunPython.noop),
    ]
