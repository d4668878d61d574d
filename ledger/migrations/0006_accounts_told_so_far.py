"""Accounts that were frozen or closed before their changes were told get a line that says what they are."""

from django.db import migrations
from django.utils import timezone


def tell(apps, schema_editor):
    accounts = apps.get_model("ledger", "Account").objects.using(schema_editor.connection.alias)
    events = apps.get_model("ledger", "AccountEvent")
    untold = accounts.exclude(status="OPEN").filter(events__isnull=True)
    now = timezone.now()
    batch = []
    for account_id, status in untold.values_list("pk", "status").iterator(chunk_size=2000):
        batch.append(
            events(
                account_id=account_id,
                from_status="OPEN",
                to_status=status,
                why="Before changes of state were written down",
                actor_kind="SYSTEM",
                actor_id="migrate",
                actor_label="migrate",
                door="command:migrate",
                created_at=now,
            )
        )
    events.objects.using(schema_editor.connection.alias).bulk_create(batch, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_accounts_tell_of_their_status")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
