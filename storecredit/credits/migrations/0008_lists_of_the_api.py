"""The order in which the API lists the credits of all orders has an index."""

from django.db import migrations
from django.db.models import Index, Q


class Migration(migrations.Migration):
    dependencies = [("credits", "0007_ceilings")]
    operations = [
        migrations.AddIndex(
            "creditrequest",
            Index(name="credits_creditrequest_newest", fields=["-created_at", "-id"], condition=~Q(tenant="")),
        ),
    ]
