from ledger.models.accounts import Account, AccountEvent, AccountKind, AccountStatus
from ledger.models.actors import Acted, Actor, ActorKind, Signed, made_by
from ledger.models.closings import BooksClosing
from ledger.models.counting import DayCount, DayTotal
from ledger.models.customers import Customer, CustomerStatus, CustomerWord, EntityType, NumberSeries
from ledger.models.cuts import Cut, CutBucket, CutFigure, CutSeal
from ledger.models.holds import Hold, HoldLot, HoldStatus
from ledger.models.identifiers import new_document_id, new_uuid7
from ledger.models.intents import StaffIntent
from ledger.models.lots import Lot, LotExpiry, LotUse
from ledger.models.metadata import Metadatum
from ledger.models.reasons import CounterAccount, Funding, Reason
from ledger.models.rules import BookRules
from ledger.models.sums import AccountSum, AccountSumChange
from ledger.models.transactions import Transaction, TransactionMetadatum, TransactionType
