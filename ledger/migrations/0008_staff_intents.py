from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_numbers_are_one"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffIntent",
            fields=[
                ("token", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("person", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=200)),
                ("data", models.TextField(blank=True)),
                ("kept_at", models.DateTimeField()),
                ("spent_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(default=dict)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("spent_at__isnull", True)),
                        fields=["kept_at"],
                        name="ledger_staffintent_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("spent_at__isnull", True), ("data", ""), _connector="OR"),
                        name="ledger_staffintent_keeps_nothing_once_spent",
                    )
                ],
            },
        ),
    ]
