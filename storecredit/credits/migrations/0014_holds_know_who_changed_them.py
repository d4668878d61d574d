from django.db import migrations


class Migration(migrations.Migration):
    """Nothing of its own: the triggers name who changed a hold, and go when the ledger goes back to before it."""

    dependencies = [
        ("credits", "0013_money_approvals"),
        ("ledger", "0024_holds_know_who_changed_them"),
    ]
    operations = []
