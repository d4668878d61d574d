"""What can be done with cards. Each operation is one database transaction, and says what it refuses."""

from giftcards.models import CardState, EventKind
from giftcards.models.codes import SealedCode
from giftcards.operations.batches import (
    LARGEST_BATCH,
    lock_batch,
    make_batch,
    make_portion,
    plan_batch,
    take_batch_codes,
)
from giftcards.operations.codes import SealedNumber, seal_number
from giftcards.operations.days import end_of_day, require_time_zone, today_in
from giftcards.operations.deliveries import (
    MOST_ATTEMPTS,
    Letter,
    change_recipient,
    claim_delivery,
    queue_delivery,
    require_sendable,
    settle_delivery,
)
from giftcards.operations.expiry import count_due_cards, expire_cards
from giftcards.operations.imports import (
    CardRow,
    ImportedCard,
    ImportStatus,
    RowConflict,
    import_cards,
    preview_card_import,
)
from giftcards.operations.locks import lock_accounts_around
from giftcards.operations.making import NewCard, create_card
from giftcards.operations.rotation import RotationSummary, count_cards_by_key, count_codes_to_rotate, rotate_codes
from giftcards.operations.states import (
    assign_card,
    block_card,
    extend_card,
    move_card_to_store_credit,
    replace_card,
    reveal_code,
    unblock_card,
    void_card,
)
from giftcards.operations.undoing import undo_transaction
from giftcards.operations.using import redeem_card, refund_redemption, reload_card, reverse_card_transaction
