"""A webhook secret for real orders waits for a second administrator."""

from django.db import migrations, models

KINDS = {
    "PERSON": "What a person may do",
    "ROLE": "What a role may do",
    "APPROVER_LIMIT": "Approver limit",
    "ISSUE_LIMIT": "Issue limit",
    "ISSUE_CEILING": "Issue ceiling",
    "POLICY": "Approval policy",
    "CLIENT": "What an API client may do",
    "CUSTOMER": "Which customer a person is",
    "FACTORS": "A person’s second factor, taken away",
    "KEY": "Who reads a new key of an API client",
    "SECRET": "Which webhook secret is believed",
}
KNOWN = "backoffice_accesschange_kind_known"


def refuse_going_back(apps, schema_editor):
    """What was asked of secrets is told for ever, and the tables of before know no such kind."""
    if apps.get_model("backoffice", "AccessChange").objects.filter(kind="SECRET").exists():
        raise RuntimeError("Webhook secrets were asked for: the tables of before have no room for them.")


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0020_files_stopped_are_told")]
    operations = [
        migrations.RemoveConstraint("accesschange", KNOWN),
        migrations.AlterField(
            "accesschange",
            "kind",
            models.CharField(choices=list(KINDS.items()), max_length=14, verbose_name="kind"),
        ),
        migrations.AddConstraint(
            "accesschange",
            models.CheckConstraint(name=KNOWN, condition=models.Q(kind__in=list(KINDS))),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
