"""
What was spent of a card is what its purchases took, less what of them came back.

Moves of value, corrections and their reversals were counted as purchases. The running totals of the cards that have any
are added up anew; the lines are never changed otherwise, so PostgreSQL's trigger stands aside for that one statement.
"""

from django.db import migrations

TOTALS = """
    UPDATE giftcards_cardevent AS e
       SET sold_after_minor = anew.sold, redeemed_after_minor = anew.redeemed
      FROM (SELECT x.id,
                   SUM(CASE WHEN {sold} THEN x.amount_minor ELSE 0 END)
                       OVER (PARTITION BY x.card_id ORDER BY x.id) AS sold,
                   -SUM(CASE WHEN {redeemed} THEN x.amount_minor ELSE 0 END)
                       OVER (PARTITION BY x.card_id ORDER BY x.id) AS redeemed
              FROM giftcards_cardevent x
              LEFT JOIN ledger_transaction t ON t.id = x.transaction_id
              LEFT JOIN ledger_transaction undone ON undone.id = t.reverses_id
              LEFT JOIN ledger_transaction spend ON spend.account_id = t.account_id AND spend.type = 'REDEEM'
                   AND spend.id = CASE WHEN undone.type = 'REFUND' THEN undone.reverses_id ELSE undone.id END
             WHERE x.card_id IN (SELECT y.card_id FROM giftcards_cardevent y
                                  WHERE y.kind IN ('REFUND', 'REVERSE')
                                     OR (y.amount_minor < 0 AND y.kind IN ('ADJUST', 'TRANSFER')))) anew
     WHERE anew.id = e.id AND (e.sold_after_minor <> anew.sold OR e.redeemed_after_minor <> anew.redeemed)"""
NOW = {
    "sold": """(x.amount_minor > 0 AND x.kind IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST', 'TRANSFER'))
                   OR (x.kind = 'REFUND' AND spend.id IS NULL)
                   OR (x.kind = 'REVERSE' AND undone.amount_minor > 0
                       AND (undone.type <> 'REFUND' OR spend.id IS NULL))""",
    "redeemed": "x.kind = 'REDEEM' OR (x.kind IN ('REFUND', 'REVERSE') AND spend.id IS NOT NULL)",
}
BEFORE = {
    "sold": "x.amount_minor > 0 AND x.kind NOT IN ('REFUND', 'REVERSE')",
    "redeemed": """x.kind IN ('REDEEM', 'REFUND', 'REVERSE')
                   OR (x.amount_minor < 0 AND x.kind IN ('ADJUST', 'TRANSFER'))""",
}
TRIGGER = "giftcards_cardevent_immutable"


def add_up(schema_editor, rule):
    with schema_editor.connection.cursor() as cursor:
        guarded = False
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(
                "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = 'giftcards_cardevent'::regclass", [TRIGGER]
            )
            guarded = bool(cursor.fetchall())
        if guarded:
            cursor.execute(f"ALTER TABLE giftcards_cardevent DISABLE TRIGGER {TRIGGER}")
        cursor.execute(TOTALS.format(**rule))
        if guarded:
            cursor.execute(f"ALTER TABLE giftcards_cardevent ENABLE ALWAYS TRIGGER {TRIGGER}")


def count_purchases(apps, schema_editor):
    add_up(schema_editor, NOW)


def count_all_that_left(apps, schema_editor):
    add_up(schema_editor, BEFORE)


class Migration(migrations.Migration):
    dependencies = [
        ("giftcards", "0006_cards_by_sale"),
        ("ledger", "0001_books"),
    ]

    operations = [migrations.RunPython(count_purchases, count_all_that_left)]
