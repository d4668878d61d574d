"""
A card's history tells what the card is.

In the histories that there are, the newest line is made to tell it: what the card is now, is what it was then. The lines
are never changed otherwise, so PostgreSQL's trigger stands aside for that one statement.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

TELL = """
    UPDATE giftcards_cardevent AS e
       SET tells_card = TRUE, code_digest = c.code_digest, valid_from = c.valid_from, expires_on = c.expires_on,
           time_zone = c.time_zone, expires_at = c.expires_at, lives_again = c.lives_again,
           must_redeem_whole = c.must_redeem_whole, reloadable = c.reloadable, customer_id = c.customer_id,
           customer_only = c.customer_only, recipient_name = c.recipient_name, recipient_email = c.recipient_email,
           replaced_by_id = c.replaced_by_id
      FROM giftcards_giftcard c
     WHERE c.id = e.card_id AND e.id = (SELECT MAX(x.id) FROM giftcards_cardevent x WHERE x.card_id = c.id)"""
TRIGGER = "giftcards_cardevent_immutable"


def let_the_newest_lines_tell(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        guarded = False
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(
                "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = 'giftcards_cardevent'::regclass", [TRIGGER]
            )
            guarded = bool(cursor.fetchall())
        if guarded:
            cursor.execute(f"ALTER TABLE giftcards_cardevent DISABLE TRIGGER {TRIGGER}")
        cursor.execute(TELL)
        if guarded:
            cursor.execute(f"ALTER TABLE giftcards_cardevent ENABLE ALWAYS TRIGGER {TRIGGER}")


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0002_second_lives")]

    operations = [
        migrations.AddField("giftcard", "told_by", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField("cardevent", "tells_card", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("cardevent", "code_digest", models.CharField(max_length=64, null=True)),
        migrations.AddField("cardevent", "valid_from", models.DateTimeField(null=True)),
        migrations.AddField("cardevent", "expires_on", models.DateField(null=True)),
        migrations.AddField("cardevent", "time_zone", models.CharField(max_length=64, null=True)),
        migrations.AddField("cardevent", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("cardevent", "lives_again", models.BooleanField(null=True)),
        migrations.AddField("cardevent", "must_redeem_whole", models.BooleanField(null=True)),
        migrations.AddField("cardevent", "reloadable", models.BooleanField(null=True)),
        migrations.AddField("cardevent", "customer_id", models.BigIntegerField(null=True)),
        migrations.AddField("cardevent", "customer_only", models.BooleanField(null=True)),
        migrations.AddField("cardevent", "recipient_name", models.CharField(max_length=200, null=True)),
        migrations.AddField("cardevent", "recipient_email", models.CharField(max_length=254, null=True)),
        migrations.AddField("cardevent", "replaced_by_id", models.UUIDField(null=True)),
        migrations.RunPython(let_the_newest_lines_tell, migrations.RunPython.noop),
        migrations.CreateModel(
            name="CodeSealing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest_before", models.CharField(max_length=64)),
                ("code_key", models.CharField(max_length=8)),
                ("code_digest", models.CharField(max_length=64)),
                ("code_cipher", models.BinaryField()),
                ("created_at", models.DateTimeField(db_default=Now())),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sealings",
                        to="giftcards.giftcard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["card", "id"], name="giftcards_codesealing_of_card"),
                    models.Index(fields=["digest_before"], name="giftcards_codesealing_before"),
                    models.Index(fields=["code_digest"], name="giftcards_codesealing_after"),
                ],
            },
        ),
    ]
