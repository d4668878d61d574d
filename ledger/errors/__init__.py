"""What the books refuse, and with which facts. A door words it for its clients; staff read the message."""

from ledger.errors.accounts import (
    AccountNotEmpty,
    AccountNotFound,
    AccountNotOpen,
    CustomerIsAnother,
    CustomerNotActive,
    CustomerNotFound,
    CustomerNumberTaken,
    ExpiryInThePast,
    InsufficientCredit,
    MergeRefused,
    NotWhole,
    OwnCustomer,
    ReasonMissing,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
    RightGone,
)
from ledger.errors.base import (
    DomainError,
    named_by_place,
    state_word,
)
from ledger.errors.cuts import (
    CutInTheFuture,
    CutNotFound,
    CutNotLater,
)
from ledger.errors.entries import (
    AlreadyReversed,
    BooksClosed,
    ControlsDiffer,
    CreditAlreadySpent,
    DatabaseBusy,
    DayOutOfRange,
    ExpiryUnchanged,
    HoldLastsLonger,
    HoldNotFound,
    HoldNotOpen,
    HoldTooSmall,
    LotNotFound,
    MovementKeyUsed,
    NotReversible,
    OpeningDiffers,
    RefundExceedsSpend,
    SameAccount,
    StatementTooLong,
    TransactionNotFound,
)
from ledger.errors.money import (
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    AmountTooLong,
    CurrencyClosed,
    CurrencyMismatch,
    CurrencyUnknown,
    TextUnfit,
)
