"""
A card's code is sent to its recipient, and its history says so.

There is no way back for a history that tells of it: its lines stay.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


KINDS = {
    "ISSUE": "Activated",
    "LOAD": "Reloaded",
    "REDEEM": "Redeemed",
    "REFUND": "Refunded",
    "REVERSE": "Reversed",
    "ADJUST": "Adjusted",
    "EXPIRE": "Credit expired",
    "VOID": "Value voided",
    "TRANSFER": "Value moved",
    "IMPORT": "Imported",
    "ACTIVATED": "Activated without value",
    "BLOCKED": "Blocked",
    "UNBLOCKED": "Unblocked",
    "VOIDED": "Voided",
    "EXPIRED": "Expired",
    "EXTENDED": "Expiry changed",
    "REPLACED": "Replaced",
    "ASSIGNED": "Assigned",
    "REVEALED": "Code revealed",
    "RECIPIENT": "Recipient changed",
    "SENDING": "Code to be sent",
    "SENT": "Code sent",
    "UNSENT": "Code not sent",
}
PERMISSIONS = {
    "issue_card": "Can issue gift cards",
    "redeem_card": "Can redeem gift cards",
    "reload_card": "Can reload gift cards",
    "block_card": "Can block and unblock gift cards",
    "void_card": "Can void gift cards",
    "replace_card": "Can replace gift cards",
    "extend_card": "Can extend the expiry of gift cards",
    "move_card": "Can move a gift card's value to store credit",
    "assign_card": "Can assign gift cards to customers",
    "reveal_code": "Can reveal the code of a gift card",
    "send_code": "Can send the code of a gift card to its recipient",
}
ACTORS = {"STAFF": "Staff", "API": "API client", "SYSTEM": "System job"}
STATES = {"QUEUED": "To be sent", "SENT": "Sent", "FAILED": "Not sent"}
SAYING_WHY = ["BLOCKED", "VOIDED", "REPLACED", "REVEALED", "RECIPIENT", "SENDING"]


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0008_cards_by_metadata")]
    operations = [
        migrations.AlterModelOptions("giftcard", {"permissions": list(PERMISSIONS.items())}),
        migrations.RemoveConstraint("cardevent", "giftcards_cardevent_kind_known"),
        migrations.RemoveConstraint("cardevent", "giftcards_cardevent_state_change_says_why"),
        migrations.AlterField("cardevent", "kind", models.CharField(choices=list(KINDS.items()), max_length=9)),
        migrations.AddConstraint(
            "cardevent",
            models.CheckConstraint(name="giftcards_cardevent_kind_known", condition=Q(kind__in=list(KINDS))),
        ),
        migrations.AddConstraint(
            "cardevent",
            models.CheckConstraint(
                name="giftcards_cardevent_state_change_says_why",
                condition=~Q(kind__in=SAYING_WHY) | Q(reason__isnull=False) | ~Q(note=""),
            ),
        ),
        migrations.CreateModel(
            name="CodeDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor_kind", models.CharField(choices=list(ACTORS.items()), max_length=6)),
                ("actor_id", models.CharField(blank=True, max_length=64)),
                ("actor_label", models.CharField(max_length=150)),
                ("door", models.CharField(max_length=64)),
                ("request_id", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField()),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=8)),
                ("state", models.CharField(choices=list(STATES.items()), default="QUEUED", max_length=6)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=200)),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="giftcards.giftcard",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "code deliveries",
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["card", "id"], name="giftcards_codedelivery_of_card"),
                    models.Index(fields=["due_at"], name="giftcards_codedelivery_due", condition=Q(state="QUEUED")),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="giftcards_codedelivery_says_who_and_how",
                        condition=Q(actor_kind__in=list(ACTORS)) & ~Q(actor_label="") & ~Q(door=""),
                    ),
                    models.CheckConstraint(
                        name="giftcards_codedelivery_state_known", condition=Q(state__in=list(STATES))
                    ),
                    models.CheckConstraint(
                        name="giftcards_codedelivery_ends_once",
                        condition=Q(state="QUEUED", ended_at__isnull=True)
                        | (~Q(state="QUEUED") & Q(ended_at__isnull=False)),
                    ),
                    models.UniqueConstraint(
                        name="giftcards_codedelivery_one_under_way", fields=["card"], condition=Q(state="QUEUED")
                    ),
                ],
            },
        ),
    ]
