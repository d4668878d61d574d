from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_moves_are_reversed")]
    operations = [
        migrations.AddIndex("account", models.Index(fields=["currency"], name="ledger_account_currency"))
    ]
