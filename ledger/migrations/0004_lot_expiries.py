from django.db import migrations, models
from django.db.models import F, Q, PROTECT

ACTORS = [("STAFF", "Staff"), ("API", "API client"), ("SYSTEM", "System job")]


def take_present_expiries_for_the_first(apps, schema_editor):
    lots = apps.get_model("ledger", "Lot").objects.using(schema_editor.connection.alias)
    lots.filter(expires_at__isnull=False).update(first_expires_at=F("expires_at"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_lots_know_their_giver")]

    operations = [
        migrations.AddField("lot", "first_expires_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunPython(take_present_expiries_for_the_first, migrations.RunPython.noop),
        migrations.CreateModel(
            name="LotExpiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.DateTimeField(null=True)),
                ("after", models.DateTimeField(null=True)),
                ("note", models.CharField(max_length=500)),
                ("actor_kind", models.CharField(choices=ACTORS, max_length=6)),
                ("actor_id", models.CharField(blank=True, max_length=64)),
                ("actor_label", models.CharField(max_length=150)),
                ("door", models.CharField(max_length=64)),
                ("request_id", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "lot",
                    models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="expiries", to="ledger.lot"),
                ),
            ],
            options={
                "verbose_name_plural": "lot expiries",
                "indexes": [models.Index(fields=["lot", "id"], name="ledger_lotexpiry_of_lot")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(actor_kind__in=["STAFF", "API", "SYSTEM"])
                        & ~Q(actor_label="")
                        & ~Q(door="")
                        & ~Q(note=""),
                        name="ledger_lotexpiry_says_who_how_and_why",
                    )
                ],
            },
        ),
    ]
