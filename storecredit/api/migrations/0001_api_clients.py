import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import storecredit.api.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="Stands in the history of everything the client does.", max_length=100),
                ),
                (
                    "scopes",
                    models.JSONField(blank=True, default=list, validators=[storecredit.api.models.validate_scopes]),
                ),
                (
                    "rate",
                    models.CharField(
                        default="600/min",
                        help_text="Most requests the client may make, such as 600/min.",
                        max_length=20,
                        validators=[storecredit.api.models.validate_rate],
                    ),
                ),
                (
                    "miss_limit",
                    models.CharField(
                        default="60/h",
                        help_text="Gift card codes the client may get wrong before it has to wait, such as 60/h.",
                        max_length=20,
                        validators=[storecredit.api.models.validate_rate],
                    ),
                ),
                (
                    "tenant",
                    models.CharField(blank=True, help_text="The only tenant this client may name.", max_length=24),
                ),
                (
                    "test_mode",
                    models.BooleanField(
                        default=False,
                        help_text="Sees and makes test customers and test money alone.",
                        verbose_name="test",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="The person behind the client. Who approves credits must have one.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_clients",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API client",
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.CharField(editable=False, help_text="The public part of the key.", max_length=8)),
                ("hash", models.CharField(editable=False, max_length=64, verbose_name="SHA-256")),
                ("created_at", models.DateTimeField(editable=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="api.apiclient"
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("namespace", models.CharField(blank=True, default="", max_length=64)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(help_text="SHA-256 of what was asked.", max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="idempotency_records",
                        to="api.apiclient",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.UniqueConstraint(fields=("name",), name="api_apiclient_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="api_apiclient_name_not_blank"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(fields=("prefix",), name="api_apikey_prefix_unique"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__isnull", True), ("expires_at__gt", models.F("created_at")), _connector="OR"
                ),
                name="api_apikey_expires_after_creation",
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencyrecord",
            constraint=models.UniqueConstraint(
                fields=("client", "namespace", "key"), name="api_idempotencyrecord_key_once_per_client"
            ),
        ),
    ]
