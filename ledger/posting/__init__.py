"""
The one way money moves.

Lots first, transaction last: the insert of the transaction closes the posting, and its triggers test everything and
move the account. Plain SQL through one cursor, because an ORM statement costs five times as much; the same on both
databases but for the row lock, the transaction number, and that PostgreSQL takes a single posting's lots and its
transaction in one statement.
"""

from ledger.posting.bulk import FirstCredit, copy_rows, post_first_credits
from ledger.posting.giving import GivingCounter, ReturnJudge, count_by, count_given, require_return
from ledger.posting.locks import (
    CLOSED_UNTIL,
    LOCKED_COLUMNS,
    lock_account,
    lock_accounts,
    locked_account,
    read_expired_lots,
    read_lots,
    require_currency,
    require_movable,
    require_same_mode,
    take_from_lots,
)
from ledger.posting.movements import LockedAccount, Movement, NewLot, OpenLot, Use
from ledger.posting.post import LARGEST_BALANCE_MINOR, post, post_many
from ledger.posting.why import UNEXPLAINED, Why
