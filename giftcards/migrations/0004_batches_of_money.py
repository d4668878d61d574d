from decimal import ROUND_DOWN, Context
from typing import Any

import djmoney.models.fields
from django.db import migrations, models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from moneyed import Money

from ledger.money import from_minor, to_minor

# What a float of SQLite keeps.
FIFTEEN_DIGITS = Context(prec=15, rounding=ROUND_DOWN)


def write_as_money(apps: Any, schema_editor: Any) -> None:
    """The value of each card as the amount that the minor units stand for."""
    rows = _batches(apps, schema_editor)
    for batch in rows.order_by("pk"):
        amount = from_minor(batch.amount_minor, batch.currency).amount
        exact = FIFTEEN_DIGITS.plus(amount) if schema_editor.connection.vendor == "sqlite" else amount
        rows.filter(pk=batch.pk).update(amount=exact)


def write_as_minor(apps: Any, schema_editor: Any) -> None:
    """And back."""
    rows = _batches(apps, schema_editor)
    for pk, amount, currency in rows.order_by("pk").values_list("pk", "amount", "currency"):
        rows.filter(pk=pk).update(amount_minor=to_minor(Money(amount, currency)))


def _batches(apps: Any, schema_editor: Any) -> Any:
    return apps.get_model("giftcards", "CardBatch")._base_manager.using(schema_editor.connection.alias)


def money(**options: Any) -> djmoney.models.fields.MoneyField:
    """Null until each row has its own."""
    return djmoney.models.fields.MoneyField(
        max_digits=20, decimal_places=4, default_currency=None, currency_field_name="currency", **options
    )


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0003_lines_that_tell")]

    operations = [
        migrations.RemoveConstraint("cardbatch", "giftcards_cardbatch_amount_positive"),
        migrations.AddField("cardbatch", "amount", money(null=True)),
        # The way back fills what this has made nullable.
        migrations.AlterField("cardbatch", "amount_minor", models.BigIntegerField(null=True)),
        migrations.RunPython(write_as_money, write_as_minor),
        migrations.AlterField("cardbatch", "amount", money()),
        migrations.RemoveField("cardbatch", "amount_minor"),
        migrations.AddConstraint(
            "cardbatch", CheckConstraint(name="giftcards_cardbatch_amount_positive", condition=Q(amount__gt=0))
        ),
    ]
