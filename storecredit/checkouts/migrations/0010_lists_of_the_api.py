"""
Each order in which the API lists checkouts, sources and fulfilments has an index, also of what belongs to one customer,
account, checkout or order.

Those that begin with what a row belongs to serve its look-ups too, so that the indexes of these columns alone go.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Index, Q

NARROWED: list[tuple[str, str, str]] = [
    ("checkout", "checkouts_checkout_upstream", "upstream_id"),
    ("checkout", "checkouts_checkout_email", "email"),
    ("checkout", "checkouts_checkout_of_customer", "customer"),
    ("source", "checkouts_source_of_account", "account"),
    ("source", "checkouts_source_of_checkout", "checkout"),
    ("fulfillment", "checkouts_fulfillment_of_order", "order"),
]
NEWEST: list[tuple[str, models.Index]] = [
    ("source", Index(name="checkouts_source_newest", fields=["-created_at", "-id"])),
    ("fulfillment", Index(name="checkouts_fulfillment_newest", fields=["-created_at", "-id"])),
]
REFERENCES: list[tuple[str, str, str, dict[str, object]]] = [
    ("checkout", "customer", "ledger.customer", {"null": True, "blank": True, "related_name": "checkouts"}),
    ("source", "account", "ledger.account", {"null": True, "related_name": "checkout_sources"}),
    ("source", "checkout", "checkouts.checkout", {"null": True, "related_name": "sources"}),
    ("fulfillment", "order", "checkouts.order", {"related_name": "fulfillments"}),
]
#: An index of the column alone, to Django: PostgreSQL would lose it with the one that goes.
ONE_PRIMARY = models.UniqueConstraint(
    name="checkouts_source_one_primary",
    fields=["checkout"],
    condition=Q(place__isnull=False) & ~Q(type="CUSTOMER_CREDIT"),
)


class Migration(migrations.Migration):
    dependencies = [("checkouts", "0009_settled_events"), ("ledger", "0013_holds_by_reference")]
    operations = [
        migrations.RemoveIndex("checkout", "checkouts_checkout_upstream"),
        migrations.RemoveIndex("checkout", "checkouts_checkout_email"),
        *(
            migrations.AddIndex(model, Index(name=name, fields=[field, "-created_at", "-id"]))
            for model, name, field in NARROWED
        ),
        *(migrations.AddIndex(model, index) for model, index in NEWEST),
        migrations.RemoveConstraint("source", "checkouts_source_one_primary"),
        *(
            migrations.AlterField(
                model,
                field,
                models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, **more),
            )
            for model, field, to, more in REFERENCES
        ),
        migrations.AddConstraint("source", ONE_PRIMARY),
    ]
