from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_accounts_by_currency")]
    operations = [
        migrations.AddIndex("hold", models.Index(name="ledger_hold_reference", fields=["reference"])),
    ]
