"""What one person asks for about a customer and another decides."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0009_requests_of_a_person"),
        ("ledger", "0021_merged_customers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MERGE", "Merge customers"),
                            ("MOVE", "Move store credit"),
                            ("ANONYMISE", "Make anonymous"),
                        ],
                        max_length=9,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("note", models.CharField(max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("CANCELED", "Canceled"),
                            ("UNDONE", "Taken back"),
                        ],
                        default="PENDING",
                        max_length=8,
                    ),
                ),
                ("test_mode", models.BooleanField(default=False, verbose_name="test")),
                ("requested_label", models.CharField(max_length=150)),
                ("door", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("decided_label", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, max_length=500)),
                ("undone_label", models.CharField(blank=True, max_length=150)),
                ("undone_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(default=dict)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.customer"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.customer"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [
                    (
                        "ask_about_customer",
                        "Can ask to merge customers, to move their credit and to make them anonymous",
                    ),
                    ("decide_about_customer", "Can decide about merging customers, moving credit and making anonymous"),
                ],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["status", "-id"], name="credits_customerrequest_waits")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_minor__isnull", True),
                                ("currency", ""),
                                ("kind", "MERGE"),
                                ("other__isnull", False),
                            ),
                            models.Q(
                                ("amount_minor__gt", 0),
                                ("kind", "MOVE"),
                                ("other__isnull", False),
                                models.Q(("currency", ""), _negated=True),
                            ),
                            models.Q(
                                ("amount_minor__isnull", True),
                                ("currency", ""),
                                ("kind", "ANONYMISE"),
                                ("other__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="credits_customerrequest_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("other", models.F("customer")), _negated=True),
                        name="credits_customerrequest_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PENDING", "APPROVED", "REJECTED", "CANCELED", "UNDONE"])),
                        name="credits_customerrequest_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="credits_customerrequest_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["APPROVED", "UNDONE"]), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="credits_customerrequest_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "PENDING")),
                            models.Q(
                                models.Q(("status", "PENDING"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="credits_customerrequest_pending_is_undecided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "UNDONE"), ("undone_at__isnull", False), ("undone_by__isnull", False)),
                            models.Q(
                                models.Q(("status", "UNDONE"), _negated=True),
                                ("undone_at__isnull", True),
                                ("undone_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="credits_customerrequest_undone_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "PENDING")),
                        fields=("customer",),
                        name="credits_customerrequest_one_pending",
                    ),
                ],
            },
        ),
    ]
