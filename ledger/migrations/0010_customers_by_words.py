"""
Customers are found by words, each in a row of its own, by an index.

On PostgreSQL the words are compared byte by byte, whatever the database's language: only so is everything that begins
with a text one stretch of the index.
"""

import django.db.models.deletion
from django.db import migrations, models

from ledger.folding import fold_person

_AT_ONCE = 1000


def compare_by_bytes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE ledger_customerword ALTER COLUMN word TYPE varchar(120) COLLATE "C"')


def write_words(apps, schema_editor):
    """A thousand customers at a time. The trigger that writes words is put up after the migrations."""
    Customer = apps.get_model("ledger", "Customer")
    CustomerWord = apps.get_model("ledger", "CustomerWord")
    last = 0
    while customers := list(Customer.objects.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        words = []
        for customer in customers:
            customer.folded = fold_person(
                names=(customer.first_name, customer.last_name),
                email=customer.email,
                phone=customer.phone,
                ids=(customer.number, customer.document_id),
            )
            words += [CustomerWord(customer=customer, word=word) for word in customer.folded.split()]
        Customer.objects.bulk_update(customers, ["folded"], batch_size=_AT_ONCE // 5)
        CustomerWord.objects.bulk_create(words, ignore_conflicts=True)
        last = customers[-1].pk


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_accounts_know_their_last_entry")]
    operations = [
        migrations.AddField("customer", "folded", models.TextField(default="", db_default="", editable=False)),
        migrations.CreateModel(
            name="CustomerWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=120)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="ledger.customer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("word", "customer"), name="ledger_customerword_once")
                ]
            },
        ),
        migrations.RunPython(compare_by_bytes, migrations.RunPython.noop),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
