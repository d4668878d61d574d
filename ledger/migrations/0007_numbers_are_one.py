"""
A customer's number is one whatever its capitals.

Customers who have one number between them stay: all but the first of them are marked, and the index passes them over.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Upper

MARK_TWINS = """
    UPDATE ledger_customer SET twin = TRUE
     WHERE id NOT IN (SELECT MIN(id) FROM ledger_customer GROUP BY UPPER(number))"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_accounts_told_so_far")]
    operations = [
        migrations.AddField(
            "customer", "twin", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.RunSQL(MARK_TWINS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "customer",
            models.UniqueConstraint(Upper("number"), name="ledger_customer_number_is_one", condition=Q(twin=False)),
        ),
    ]
