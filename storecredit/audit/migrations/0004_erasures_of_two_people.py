"""A row of which one person's words were erased may name another one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("audit", "0003_what_django_has_logged")]

    operations = [
        migrations.RemoveConstraint(model_name="erasure", name="audit_erasure_once"),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.UniqueConstraint(
                fields=("table_name", "row_id", "customer_id"), name="audit_erasure_once"
            ),
        ),
    ]
