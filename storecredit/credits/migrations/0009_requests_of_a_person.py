"""What somebody asked for is listed newest first by an index."""

from django.db import migrations
from django.db.models import Index


class Migration(migrations.Migration):
    dependencies = [("credits", "0008_lists_of_the_api")]
    operations = [
        migrations.AddIndex(
            "creditrequest",
            Index(name="credits_creditrequest_asker", fields=["requested_by", "-id"]),
        ),
    ]
