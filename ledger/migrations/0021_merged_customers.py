"""A customer who turned out to be another one points there, and one may have been made anonymous."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0020_reported_books")]
    operations = [
        migrations.AddField(
            "customer",
            "merged_into",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="ledger.customer",
            ),
        ),
        migrations.AddField("customer", "anonymised_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "customer",
            models.Index(
                condition=Q(("merged_into__isnull", False)), fields=["merged_into"], name="ledger_customer_merged"
            ),
        ),
        migrations.AddConstraint(
            "customer",
            models.CheckConstraint(
                condition=Q(("merged_into__isnull", True), ("status", "archived"), _connector="OR"),
                name="ledger_customer_merged_is_archived",
            ),
        ),
        migrations.AddConstraint(
            "customer",
            models.CheckConstraint(
                condition=Q(("merged_into", F("id")), _negated=True), name="ledger_customer_merged_into_another"
            ),
        ),
    ]
