"""Each name by which staff search a list has an index, and so has the order in which refunds are listed."""

from django.db import migrations, models
from django.db.models import Index, Q

INDEXES: list[tuple[str, models.Index]] = [
    ("checkout", Index(name="checkouts_checkout_upstream", fields=["upstream_id"])),
    ("checkout", Index(name="checkouts_checkout_email", fields=["email"])),
    ("creditdeduction", Index(name="checkouts_deduction_source", fields=["source_id"])),
    ("creditdeduction", Index(name="checkouts_deduction_upstream", fields=["upstream_id"])),
    ("refund", Index(name="checkouts_refund_newest", fields=["-created_at", "-id"])),
    ("unreturnedcredit", Index(name="checkouts_unreturned_reference", fields=["reference"])),
    (
        "webhookevent",
        Index(name="checkouts_webhookevent_failed", fields=["received_at"], condition=Q(state="FAILED")),
    ),
    ("webhookevent", Index(name="checkouts_webhookevent_order", fields=["order_id"])),
]


class Migration(migrations.Migration):
    dependencies = [("checkouts", "0007_settled_so_far")]
    operations = [migrations.AddIndex(model, index) for model, index in INDEXES]
