"""Cards are found by the members of the metadata that clients keep with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0007_what_purchases_took")]
    operations = [
        migrations.AddField("giftcard", "metadata", models.JSONField(null=True, editable=False)),
        migrations.CreateModel(
            name="CardMetadatum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="found_by",
                        to="giftcards.giftcard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest", "card"), name="giftcards_cardmetadatum_once"),
                ],
            },
        ),
    ]
