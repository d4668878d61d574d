"""The cards of a customer and those of a sale are listed in their order, by an index."""

from django.db import migrations
from django.db.models import Q
from django.db.models.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0005_cards_by_words")]

    operations = [
        migrations.AddIndex("giftcard", Index(name="giftcards_giftcard_of_customer", fields=["customer", "id"])),
        migrations.AddIndex(
            "giftcard",
            Index(name="giftcards_giftcard_of_sale", fields=["sale_id", "id"], condition=~Q(sale_id="")),
        ),
    ]
