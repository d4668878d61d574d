"""What can be asked of cards. Nothing in here writes."""

from giftcards.models import BatchStatus, CardBatch, CardEvent, CodeDelivery, DeliveryState, GiftCard
from giftcards.models.codes import CodeUnreadable
from giftcards.queries.batches import (
    get_batch,
    list_batches_of_planner,
    list_decided_batches,
    list_unfinished_batches,
    list_waiting_batches,
)
from giftcards.queries.cards import (
    Card,
    get_card,
    get_card_by_id,
    get_card_of_account,
    is_code_of,
    list_card_page,
    open_card_code,
)
from giftcards.queries.codes import find_card_id, looks_like_a_code
from giftcards.queries.deliveries import (
    find_delivery_under_way,
    list_batch_deliveries,
    list_deliveries,
    list_due_deliveries,
    list_unsent_cards,
    require_may_send,
)
from giftcards.queries.findings import list_checks, list_findings
from giftcards.queries.heirs import list_accounts_around
from giftcards.queries.history import (
    get_card_event,
    list_card_events,
    list_cards_of_customer,
)
from giftcards.queries.movements import list_entries, list_movements, list_movements_by_card
from giftcards.queries.persons import list_rows_of
from giftcards.queries.refunds import list_refundable
from giftcards.queries.shown import ShownState, narrow_to_state, shown_state
from giftcards.queries.tellings import CODES, count_codes, list_code_findings
from giftcards.queries.totals import (
    MOST_SUMMED,
    BatchStatistics,
    CardTotals,
    get_batch_statistics,
    sum_all_cards,
    sum_cards,
)
