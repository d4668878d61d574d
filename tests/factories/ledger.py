"""Customers, their accounts and all that moves in the books."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from factory.declarations import LazyAttribute, Maybe, RelatedFactory, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory
from moneyed import Money

from ledger.models import (
    Account,
    AccountEvent,
    AccountKind,
    AccountStatus,
    BookRules,
    BooksClosing,
    CounterAccount,
    Customer,
    CustomerWord,
    Cut,
    CutBucket,
    CutFigure,
    CutSeal,
    DayCount,
    DayTotal,
    Funding,
    Hold,
    HoldLot,
    Lot,
    LotExpiry,
    LotUse,
    NumberSeries,
    Reason,
    StaffIntent,
    Transaction,
    TransactionMetadatum,
    TransactionType,
)
from ledger.operations import (
    Ending,
    Why,
    add_credit,
    close_books,
    complete_cuts,
    end_credit_at,
    lock_account_rows,
    open_account,
    place_hold,
    set_account_status,
    spend_credit,
    take_cut,
)
from tests.factories.defaults import API, NOW, STAFF, SYSTEM, money

Row = TypeVar("Row", bound=Model)


class SingleRowFactory(DjangoModelFactory[Row]):
    """The one row that a table has: made, or changed to what is said."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **fields: Any) -> Row:
        row, _made = model_class._default_manager.update_or_create(pk=1, defaults=fields)
        return row


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    number = Sequence(lambda n: f"SHOP-{n:06d}")
    first_name = "Ada"
    last_name = "Byron"
    email = LazyAttribute(lambda customer: f"{customer.number.lower()}@example.com")
    created_at = updated_at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class CustomerWordFactory(DjangoModelFactory[CustomerWord]):
    """The first of the words by which a customer is found, which a trigger writes."""

    class Meta:
        model = CustomerWord

    customer = SubFactory(CustomerFactory)

    @classmethod
    def _create(cls, model_class: type[CustomerWord], *args: Any, customer: Customer) -> CustomerWord:
        return customer.words.order_by("word")[0]


class NumberSeriesFactory(DjangoModelFactory[NumberSeries]):
    class Meta:
        model = NumberSeries

    name = Sequence(lambda n: f"series-{n}")
    last = 1


class ReasonFactory(DjangoModelFactory[Reason]):
    class Meta:
        model = Reason

    code = Sequence(lambda n: f"R{n}")
    label = LazyAttribute(lambda reason: f"Reason {reason.code}")
    funding = Funding.GOODWILL
    counter_account = CounterAccount.GOODWILL


class BookRulesFactory(SingleRowFactory[BookRules]):
    class Meta:
        model = BookRules


class StaffIntentFactory(DjangoModelFactory[StaffIntent]):
    """Something that a member of staff has typed and not confirmed."""

    class Meta:
        model = StaffIntent

    token = Sequence(lambda n: f"{n:032d}")
    person = "7"
    purpose = "issue credit"
    data = "amount=1"
    kept_at = NOW


class DayCountFactory(DjangoModelFactory[DayCount]):
    """A time zone in which nothing is counted yet."""

    class Meta:
        model = DayCount

    time_zone = Sequence(lambda n: f"Etc/GMT+{n}")
    seen_at = NOW


class DayTotalFactory(DjangoModelFactory[DayTotal]):
    """A day on which nothing was issued."""

    class Meta:
        model = DayTotal

    count = SubFactory(DayCountFactory)
    day = NOW.date()
    currency = "GBP"
    counted_as = TransactionType.ISSUE
    amount_minor = 0


class AccountFactory(DjangoModelFactory[Account]):
    """An empty account of a customer; `funded=True` gives it credit, 25.00 unless `credit__amount` says otherwise."""

    class Meta:
        model = Account

    class Params:
        is_card = LazyAttribute(lambda account: account.kind == AccountKind.GIFT_CARD)
        funded = Trait(
            credit=RelatedFactory(
                "tests.factories.ledger.TransactionFactory",
                "account",
                amount=LazyAttribute(lambda its: Money("25.00", its.account.currency)),
            )
        )

    kind = AccountKind.STORE_CREDIT
    currency = "GBP"
    test_mode = False
    customer = Maybe("is_card", None, SubFactory(CustomerFactory, test_mode=SelfAttribute("..test_mode")))

    @classmethod
    def _create(cls, model_class: type[Account], *args: Any, **fields: Any) -> Account:
        customer = fields.pop("customer")
        if customer is not None:
            fields["test_mode"] = customer.test_mode
        account_id = open_account(now=NOW, customer_id=customer.pk if customer else None, **fields)
        return model_class.objects.get(pk=account_id)

    @classmethod
    def _after_postgeneration(cls, instance: Account, create: bool, results: dict[str, Any] | None = None) -> None:
        if create and results and any(results.values()):
            instance.refresh_from_db()


class AccountEventFactory(DjangoModelFactory[AccountEvent]):
    """An account was frozen, or what `to_status` says."""

    class Meta:
        model = AccountEvent

    account = SubFactory(AccountFactory)
    to_status = AccountStatus.FROZEN
    why = "asked by the bank"

    @classmethod
    def _create(
        cls, model_class: type[AccountEvent], *args: Any, account: Account, to_status: AccountStatus, why: str
    ) -> AccountEvent:
        set_account_status(account_id=account.pk, status=to_status, actor=STAFF, now=NOW, note=why)
        return account.events.latest("pk")


class TransactionFactory(DjangoModelFactory[Transaction]):
    """Credit that comes in: ISSUE, LOAD or IMPORT."""

    class Meta:
        model = Transaction

    amount = money("25.00 GBP")
    account = SubFactory(AccountFactory, currency=LazyAttribute(lambda its: its.factory_parent.amount.currency.code))
    type = TransactionType.ISSUE
    actor = STAFF
    now = NOW

    @classmethod
    def _create(cls, model_class: Any, *args: Any, account: Account, **said: Any) -> Transaction:
        return add_credit(account_id=account.pk, **said)


class SpendFactory(DjangoModelFactory[Transaction]):
    """A purchase paid from an account, which has 25.00 for it unless one is named."""

    class Meta:
        model = Transaction

    amount = money("10.00 GBP")
    account = SubFactory(AccountFactory, funded=True)
    actor = API
    now = NOW

    @classmethod
    def _create(cls, model_class: Any, *args: Any, account: Account, **said: Any) -> Transaction:
        return spend_credit(account_id=account.pk, **said)


class LotFactory(DjangoModelFactory[Lot]):
    """The piece of credit that an entry brought in."""

    class Meta:
        model = Lot

    transaction = SubFactory(TransactionFactory)

    @classmethod
    def _create(cls, model_class: type[Lot], *args: Any, transaction: Transaction) -> Lot:
        return transaction.lots.get()


class LotUseFactory(DjangoModelFactory[LotUse]):
    """What a purchase took out of a lot."""

    class Meta:
        model = LotUse

    transaction = SubFactory(SpendFactory)

    @classmethod
    def _create(cls, model_class: type[LotUse], *args: Any, transaction: Transaction) -> LotUse:
        return transaction.lot_uses.get()


class TransactionMetadatumFactory(DjangoModelFactory[TransactionMetadatum]):
    """The one member of the metadata that came with an entry."""

    class Meta:
        model = TransactionMetadatum

    transaction = SubFactory(TransactionFactory, why=Why(metadata={"ticket": "T-17"}))

    @classmethod
    def _create(cls, model_class: type[TransactionMetadatum], *args: Any, transaction: Transaction) -> Any:
        return model_class.objects.get(transaction_id=transaction.pk)


class LotExpiryFactory(DjangoModelFactory[LotExpiry]):
    """A lot ends a year on, or `after`: so do all of its account."""

    class Meta:
        model = LotExpiry

    lot = SubFactory(LotFactory)
    after = NOW + timedelta(days=365)
    note = "a year is the rule"

    @classmethod
    def _create(
        cls, model_class: type[LotExpiry], *args: Any, lot: Lot, after: datetime | None, note: str
    ) -> LotExpiry:
        with transaction.atomic():
            lock_account_rows(account_ids=[lot.account_id])
            end_credit_at(account_id=lot.account_id, ending=Ending(after), actor=STAFF, now=NOW, note=note)
        return lot.expiries.latest("pk")


class HoldFactory(DjangoModelFactory[Hold]):
    """Credit set aside for a week from `now`."""

    class Meta:
        model = Hold

    amount = money("10.00 GBP")
    account = SubFactory(AccountFactory, funded=True)
    expires_at = LazyAttribute(lambda hold: hold.now + timedelta(days=7))
    why = Why(reference="order 1")
    actor = API
    now = NOW

    @classmethod
    def _create(cls, model_class: type[Hold], *args: Any, account: Account, **said: Any) -> Hold:
        return place_hold(account_id=account.pk, **said)


class HoldLotFactory(DjangoModelFactory[HoldLot]):
    """What a hold sets aside of a lot."""

    class Meta:
        model = HoldLot

    hold = SubFactory(HoldFactory)

    @classmethod
    def _create(cls, model_class: type[HoldLot], *args: Any, hold: Hold) -> HoldLot:
        return hold.hold_lots.get()


class CutFactory(DjangoModelFactory[Cut]):
    """Time is closed up to a second of last year, each a second after the one before."""

    class Meta:
        model = Cut

    boundary = Sequence(lambda count: NOW - timedelta(days=365) + timedelta(seconds=count))
    actor = SYSTEM
    now = NOW

    @classmethod
    def _create(cls, model_class: type[Cut], *args: Any, **said: Any) -> Cut:
        return take_cut(**said)


class BooksClosingFactory(DjangoModelFactory[BooksClosing]):
    """What lies before a cut is reported."""

    class Meta:
        model = BooksClosing

    cut = SubFactory(CutFactory)
    actor = SYSTEM
    now = NOW

    @classmethod
    def _create(cls, model_class: type[BooksClosing], *args: Any, **said: Any) -> BooksClosing:
        return close_books(**said)


class CutSealFactory(DjangoModelFactory[CutSeal]):
    """A cut that has closed one entry is sealed."""

    class Meta:
        model = CutSeal

    @classmethod
    def _create(cls, model_class: type[CutSeal], *args: Any, **said: Any) -> CutSeal:
        TransactionFactory.create(now=NOW - timedelta(days=500))
        cut = CutFactory.create()
        complete_cuts(now=NOW)
        return cut.seal


class CutFigureFactory(DjangoModelFactory[CutFigure]):
    """What a cut counts of one entry."""

    class Meta:
        model = CutFigure

    seal = SubFactory(CutSealFactory)

    @classmethod
    def _create(cls, model_class: type[CutFigure], *args: Any, seal: CutSeal) -> CutFigure:
        return seal.cut.figures.latest("pk")


class CutBucketFactory(DjangoModelFactory[CutBucket]):
    """What one entry is counted under."""

    class Meta:
        model = CutBucket

    figure = SubFactory(CutFigureFactory)

    @classmethod
    def _create(cls, model_class: type[CutBucket], *args: Any, figure: CutFigure) -> CutBucket:
        return figure.bucket
