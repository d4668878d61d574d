"""The inbox is read in the order of an index: what waits first, then what was decided."""

from django.db import migrations, models
from django.db.models import ExpressionWrapper, F, Q


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_persons_behind_clients")]
    operations = [
        migrations.AddIndex(
            "creditrequest",
            models.Index(
                ExpressionWrapper(Q(status="PENDING"), models.BooleanField()).desc(),
                F("decided_at").desc(),
                "created_at",
                "id",
                name="credits_creditrequest_inbox",
            ),
        )
    ]
