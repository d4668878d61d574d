from decimal import ROUND_DOWN, Context
from typing import Any

import djmoney.models.fields
from django.db import migrations, models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint

from ledger.money import from_minor, to_minor

COLUMNS = {"issuelimit": ("amount",), "approverlimit": ("per_request", "per_day")}
# What a float of SQLite keeps. A limit of more digits loses the last, so that it lets nothing more through than before.
FIFTEEN_DIGITS = Context(prec=15, rounding=ROUND_DOWN)


def write_as_money(apps: Any, schema_editor: Any) -> None:
    """Each limit of minor units as the amount that it stands for."""
    is_float = schema_editor.connection.vendor == "sqlite"
    for rows, columns in _tables(apps, schema_editor):
        for row in rows.order_by("pk"):
            kept = {column: getattr(row, f"{column}_minor") for column in columns}
            amounts = {
                column: from_minor(minor, row.currency).amount for column, minor in kept.items() if minor is not None
            }
            # Once for each row: what is changed twice in a transaction has its foreign keys looked at when that ends.
            rows.filter(pk=row.pk).update(
                **{column: FIFTEEN_DIGITS.plus(amount) if is_float else amount for column, amount in amounts.items()}
            )


def write_as_minor(apps: Any, schema_editor: Any) -> None:
    """And back."""
    for rows, columns in _tables(apps, schema_editor):
        for row in rows.order_by("pk"):
            kept = {column: getattr(row, column) for column in columns}
            rows.filter(pk=row.pk).update(
                **{f"{column}_minor": to_minor(amount) for column, amount in kept.items() if amount is not None}
            )


def _tables(apps: Any, schema_editor: Any) -> Any:
    for model, columns in COLUMNS.items():
        yield apps.get_model("credits", model)._base_manager.using(schema_editor.connection.alias), columns


def money(verbose_name: str, **options: Any) -> djmoney.models.fields.MoneyField:
    """Null until each row has its own."""
    return djmoney.models.fields.MoneyField(
        verbose_name,
        max_digits=20,
        decimal_places=4,
        default_currency=None,
        currency_field_name="currency",
        **options,
    )


def minor(verbose_name: str, **options: Any) -> models.BigIntegerField:
    """As it was before, and null while there is no amount in it."""
    return models.BigIntegerField(verbose_name, null=True, **options)


BY_DAY = {"blank": True, "help_text": "Empty: no limit by day."}


class Migration(migrations.Migration):
    dependencies = [("credits", "0003_order_of_the_inbox")]

    operations = [
        migrations.RemoveConstraint("issuelimit", "credits_issuelimit_not_negative"),
        migrations.RemoveConstraint("approverlimit", "credits_approverlimit_positive"),
        migrations.AddField("issuelimit", "amount", money("largest amount", null=True)),
        migrations.AddField("approverlimit", "per_request", money("per request", null=True)),
        migrations.AddField("approverlimit", "per_day", money("per day", null=True, **BY_DAY)),
        # The way back fills what these have made nullable.
        migrations.AlterField("issuelimit", "amount_minor", minor("largest amount")),
        migrations.AlterField("approverlimit", "per_request_minor", minor("per request")),
        migrations.RunPython(write_as_money, write_as_minor),
        migrations.AlterField("issuelimit", "amount", money("largest amount")),
        migrations.AlterField("approverlimit", "per_request", money("per request")),
        migrations.RemoveField("issuelimit", "amount_minor"),
        migrations.RemoveField("approverlimit", "per_request_minor"),
        migrations.RemoveField("approverlimit", "per_day_minor"),
        migrations.AddConstraint(
            "issuelimit", CheckConstraint(name="credits_issuelimit_not_negative", condition=Q(amount__gte=0))
        ),
        migrations.AddConstraint(
            "approverlimit",
            CheckConstraint(
                name="credits_approverlimit_positive",
                condition=Q(per_request__gt=0) & (Q(per_day__isnull=True) | Q(per_day__gt=0)),
            ),
        ),
    ]
