"""Above a ceiling nobody issues alone. In a currency in which a role may more already, that is the ceiling."""

import djmoney.models.fields
from django.db import migrations, models
from moneyed import Money

from ledger.money import decimals


SHIPPED_CEILING_MINOR = 100_000


def keep_what_roles_may(apps, schema_editor):
    alias = schema_editor.connection.alias
    ceilings = apps.get_model("credits", "IssueCeiling")._base_manager.using(alias)
    largest = {}
    for limit in apps.get_model("credits", "IssueLimit")._base_manager.using(alias).order_by("pk"):
        if limit.amount.amount.scaleb(decimals(limit.currency)) > SHIPPED_CEILING_MINOR:
            largest[limit.currency] = max(limit.amount.amount, largest.get(limit.currency, 0))
    ceilings.bulk_create(
        ceilings.model(currency=currency, amount=Money(amount, currency)) for currency, amount in sorted(largest.items())
    )


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0006_requests_by_metadata'),
    ]

    operations = [
        migrations.CreateModel(
            name='IssueCeiling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, unique=True)),
                ('amount', djmoney.models.fields.MoneyField(currency_field_name='currency', decimal_places=4, default_currency=None, max_digits=20, verbose_name='largest amount')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='credits_issueceiling_not_negative')],
            },
        ),
        migrations.RunPython(keep_what_roles_may, migrations.RunPython.noop),
    ]
