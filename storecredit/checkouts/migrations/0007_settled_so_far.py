"""What was settled before settlements were lines of their own gets the line that its columns tell."""

from django.db import migrations


def tell(apps, schema_editor):
    alias = schema_editor.connection.alias
    settlements = apps.get_model("checkouts", "Settlement").objects.using(alias)
    for name, column in (("CreditDeduction", "deduction_id"), ("UnreturnedCredit", "unreturned_id")):
        rows = apps.get_model("checkouts", name).objects.using(alias)
        untold = rows.filter(resolved_at__isnull=False, settlement__isnull=True)
        settlements.bulk_create(
            [
                settlements.model(
                    **{column: row.pk},
                    resolution=row.resolution,
                    actor_kind="STAFF",
                    actor_id="",
                    actor_label=row.resolved_by,
                    door="admin",
                    created_at=row.resolved_at,
                )
                for row in untold
            ],
            batch_size=500,
        )


class Migration(migrations.Migration):
    dependencies = [("checkouts", "0006_settlements")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
