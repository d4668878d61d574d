from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("checkouts", "0004_handed_to_staff")]

    operations = [
        migrations.AddField(model_name="refund", name="percent_of_minor", field=models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                name="checkouts_refund_percent_of_something",
                condition=Q(percent_of_minor__isnull=True) | Q(percent__isnull=False, percent_of_minor__gt=0),
            ),
        ),
    ]
