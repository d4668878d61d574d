"""
Requests are found by words, each in a row of its own, by an index, as customers are.

On PostgreSQL the words are compared byte by byte, whatever the database's language: only so is everything that begins
with a text one stretch of the index.
"""

import django.db.models.deletion
from django.db import migrations, models

from ledger.folding import fold_person

_AT_ONCE = 1000


def compare_by_bytes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE credits_creditrequestword ALTER COLUMN word TYPE varchar(120) COLLATE "C"')


def fold(request):
    asked = (request.employee, request.requested_label)
    email = next((name for name in asked if "@" in name), "")
    return fold_person(names=(*asked, request.order_value), email=email)


def write_words(apps, schema_editor):
    """A thousand at a time. The trigger that writes words is put up after the migrations."""
    rows = apps.get_model("credits", "CreditRequest").objects.order_by("pk")
    Word = apps.get_model("credits", "CreditRequestWord")
    some = list(rows[:_AT_ONCE])
    while some:
        for row in some:
            row.folded = fold(row)
        words = [Word(request=row, word=word) for row in some for word in row.folded.split()]
        rows.bulk_update([row for row in some if row.folded], ["folded"], batch_size=_AT_ONCE // 5)
        Word.objects.bulk_create(words, ignore_conflicts=True)
        some = list(rows.filter(pk__gt=some[-1].pk)[:_AT_ONCE])


class Migration(migrations.Migration):
    dependencies = [("credits", "0004_limits_as_money")]
    operations = [
        migrations.AddField("creditrequest", "folded", models.TextField(default="", db_default="", editable=False)),
        migrations.CreateModel(
            name="CreditRequestWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=120)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="credits.creditrequest"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("word", "request"), name="credits_creditrequestword_once")]},
        ),
        migrations.RunPython(compare_by_bytes, migrations.RunPython.noop),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
