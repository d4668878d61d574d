"""
Each lot is told which counter account gave its credit.

What an entry brought in came from its counter account. What a refund, a reversal or a transfer made into a lot was given
by whoever gave the credit that it was before; such lots are told one generation after the other.
"""

from django.db import migrations, models
from django.db.models import Q

GIVERS = ["CASH", "GOODWILL", "PROMOTION", "RETURNS", "SALES", "BREAKAGE", "ADJUSTMENTS", "OPENING"]
CHOICES = [
    ("CASH", "Cash"),
    ("GOODWILL", "Goodwill"),
    ("PROMOTION", "Promotion"),
    ("RETURNS", "Returns"),
    ("SALES", "Sales"),
    ("BREAKAGE", "Breakage"),
    ("ADJUSTMENTS", "Adjustments"),
    ("TRANSFERS", "Transfers"),
    ("OPENING", "Opening balances"),
]

FROM_THE_ENTRY = """
    UPDATE ledger_lot SET given_by = (SELECT t.counter_account FROM ledger_transaction t WHERE t.id = ledger_lot.transaction_id)
     WHERE transaction_id IN (SELECT id FROM ledger_transaction WHERE type IN ('ISSUE', 'LOAD', 'IMPORT', 'ADJUST'))"""
FROM_THE_SPEND = """
    UPDATE ledger_lot SET given_by = (
        SELECT MIN(o.given_by) FROM ledger_transaction t
          JOIN ledger_lotuse u ON u.transaction_id = t.reverses_id AND u.amount_minor > 0
          JOIN ledger_lot o ON o.id = u.lot_id
         WHERE t.id = ledger_lot.transaction_id AND t.type IN ('REFUND', 'REVERSE') AND o.funding = ledger_lot.funding)
     WHERE given_by IS NULL"""
# The other side was written just before, and its uses in the order of these lots.
FROM_THE_OTHER_SIDE = """
    UPDATE ledger_lot SET given_by = (
        SELECT o.given_by FROM ledger_transaction t
          JOIN ledger_lotuse u ON u.transaction_id = (
               SELECT b.id FROM ledger_transaction b
                WHERE b.reference = t.reference AND b.currency = t.currency AND b.type = 'TRANSFER'
                  AND b.amount_minor < 0 AND b.number < t.number ORDER BY b.number DESC LIMIT 1)
          JOIN ledger_lot o ON o.id = u.lot_id
         WHERE t.id = ledger_lot.transaction_id AND t.type = 'TRANSFER'
           AND (SELECT COUNT(*) FROM ledger_lotuse v WHERE v.transaction_id = u.transaction_id AND v.id < u.id)
             = (SELECT COUNT(*) FROM ledger_lot k WHERE k.transaction_id = t.id AND k.id < ledger_lot.id))
     WHERE given_by IS NULL"""
# Broken books: what cannot be told is taken from what the credit counts as.
FROM_THE_FUNDING = """
    UPDATE ledger_lot SET given_by = CASE funding WHEN 'PAID' THEN 'CASH' WHEN 'REFUND' THEN 'RETURNS'
           WHEN 'IMPORTED' THEN 'OPENING' ELSE funding END
     WHERE given_by IS NULL"""


def tell_lots_their_giver(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FROM_THE_ENTRY)
        known = -1
        while (untold := _count_untold(cursor)) and untold != known:
            known = untold
            cursor.execute(FROM_THE_SPEND)
            cursor.execute(FROM_THE_OTHER_SIDE)
        cursor.execute(FROM_THE_FUNDING)
        if schema_editor.connection.vendor == "postgresql":
            # The foreign keys of rows that changed twice wait for the end, and no table is altered while they do.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _count_untold(cursor):
    cursor.execute("SELECT COUNT(*) FROM ledger_lot WHERE given_by IS NULL")
    return cursor.fetchall()[0][0]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_transaction_numbers")]
    operations = [
        migrations.AddField(
            model_name="lot", name="given_by", field=models.CharField(choices=CHOICES, max_length=11, null=True)
        ),
        migrations.RunPython(tell_lots_their_giver, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="lot", name="given_by", field=models.CharField(choices=CHOICES, max_length=11)
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(name="ledger_lot_giver_known", condition=Q(given_by__in=GIVERS)),
        ),
    ]
