"""Where value may go that leaves a card, or comes back to one: what an operation locks before it begins."""

from collections.abc import Collection

from django.db import connection

from ledger.queries import Account

_LINE = """
    WITH RECURSIVE line (id) AS (
        SELECT id FROM giftcards_giftcard WHERE account_id IN ({accounts})
        UNION
        SELECT c.replaced_by_id FROM line JOIN giftcards_giftcard c ON c.id = line.id
         WHERE c.replaced_by_id IS NOT NULL)
    SELECT c.account_id, c.customer_id, a.currency FROM line JOIN giftcards_giftcard c ON c.id = line.id
      JOIN ledger_account a ON a.id = c.account_id"""


def list_accounts_around(*, account_ids: Collection[int], customer_ids: Collection[int] = ()) -> set[int]:
    """
    These accounts; those of the cards that replaced theirs, one after the other; and the store credit, in the cards'
    currencies, of the customers of all of them and of those named.
    """
    if not account_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_LINE.format(accounts=", ".join(["%s"] * len(account_ids))), list(account_ids))
        line = cursor.fetchall()
    owners = {owner for _, owner, _ in line if owner is not None} | (set(customer_ids) if line else set())
    found = {*account_ids, *(account_id for account_id, _, _ in line)}
    if owners:
        credit = Account.objects.filter(customer_id__in=owners, currency__in={currency for _, _, currency in line})
        found |= set(credit.filter(kind="STORE_CREDIT").values_list("pk", flat=True))
    return found
