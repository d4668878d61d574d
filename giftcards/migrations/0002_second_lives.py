from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def mark_second_lives(apps, schema_editor):
    """Cards whose last day was last moved by credit that came back."""
    cards = apps.get_model("giftcards", "GiftCard").objects.using(schema_editor.connection.alias)
    events = apps.get_model("giftcards", "CardEvent").objects.using(schema_editor.connection.alias)
    extended = events.filter(card_id=OuterRef("pk"), kind="EXTENDED").order_by("-id")
    risen = cards.annotate(why=Subquery(extended.values("note")[:1])).filter(
        expires_at__isnull=False, why="Credit came back after the card had expired."
    )
    cards.filter(pk__in=risen.values("pk")).update(lives_again=True)


class Migration(migrations.Migration):
    dependencies = [("giftcards", "0001_cards")]

    operations = [
        migrations.AddField(
            "giftcard", "lives_again", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.RunPython(mark_second_lives, migrations.RunPython.noop),
    ]
