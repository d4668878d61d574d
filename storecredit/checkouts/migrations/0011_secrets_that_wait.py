"""A webhook secret for real orders waits for a second administrator. Those that are there work on."""

from django.db import migrations, models


def refuse_going_back(apps, schema_editor):
    """The tables of before would believe what is signed with a secret to which nobody has agreed."""
    if apps.get_model("checkouts", "WebhookSecret").objects.filter(waits=True, retired_at__isnull=True).exists():
        raise RuntimeError("Webhook secrets wait for a second administrator: agree to them or retire them first.")


class Migration(migrations.Migration):
    dependencies = [("checkouts", "0010_lists_of_the_api")]
    operations = [
        migrations.AddField("webhooksecret", "waits", models.BooleanField(default=False)),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
