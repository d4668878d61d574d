from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_customers_by_words")]
    operations = [
        migrations.AddIndex("account", models.Index(fields=["currency"], name="ledger_account_currency"))
    ]
