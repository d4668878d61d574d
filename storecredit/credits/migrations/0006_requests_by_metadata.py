"""Requests are found by the members of the metadata that clients keep with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credits", "0005_requests_by_words")]
    operations = [
        migrations.AddField("creditrequest", "metadata", models.JSONField(null=True, editable=False)),
        migrations.CreateModel(
            name="CreditRequestMetadatum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "request",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="found_by",
                        to="credits.creditrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest", "request"), name="credits_creditrequestmetadatum_once"),
                ],
            },
        ),
    ]
