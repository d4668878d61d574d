"""Of amounts, currencies and texts."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors.base import DomainError
from ledger.wording import amount_text


class CurrencyUnknown(DomainError):
    """Not a currency in circulation."""

    code = "currency_unknown"

    def __init__(self, *, currency: str) -> None:
        super().__init__(_("%(currency)r is not the code of a currency in circulation."), currency=currency)
        self.currency = currency


class CurrencyClosed(CurrencyUnknown):
    """New credit is given only in a currency that people still pay with."""

    def __init__(self, *, currency: str, closed_from: date) -> None:
        super().__init__(currency=currency)
        DomainError.__init__(
            self,
            _("%(currency)s has been closed since %(day)s: no new credit is given in it."),
            currency=currency,
            day=closed_from.isoformat(),
        )


class TextUnfit(DomainError):
    """A text holds what none of its kind may: something invisible, a control character, no address."""

    code = "text_unfit"

    def __init__(self, *, member: str, message: str) -> None:
        super().__init__(f"{member.capitalize()} {message}.")
        self.member, self.message = member, message


class AmountNotExact(DomainError):
    """The amount has more decimals than its currency."""

    code = "amount_not_exact"

    def __init__(self, *, amount: Decimal, currency: str) -> None:
        super().__init__(_("%(amount)s has more decimals than %(currency)s has."), amount=amount, currency=currency)
        self.amount, self.currency = amount, currency


class AmountNotPositive(DomainError):
    """The amount must be more than nothing (for an adjustment: other than nothing)."""

    code = "amount_not_positive"

    def __init__(self, *, amount: Money) -> None:
        super().__init__(_("%(amount)s is not an amount that can be posted."), amount=amount_text(amount))
        self.amount = amount


class AmountTooLarge(DomainError):
    """The amount, or the balance after it, is beyond what an account can hold."""

    code = "amount_too_large"

    def __init__(self, *, amount: Money) -> None:
        # Plain, because the amount may be too large for the formatting of money as well.
        super().__init__(
            _("%(amount)s %(currency)s is more than an account can hold."),
            amount=amount.amount,
            currency=amount.currency.code,
        )
        self.amount = amount


class AmountTooLong(AmountTooLarge):
    """The amount has more digits than a column of decimals keeps on every database."""

    def __init__(self, *, amount: Money) -> None:
        DomainError.__init__(
            self,
            _("%(amount)s %(currency)s has more than fifteen digits."),
            amount=amount.amount,
            currency=amount.currency.code,
        )
        self.amount = amount


class CurrencyMismatch(DomainError):
    """The account is kept in another currency."""

    code = "currency_mismatch"

    def __init__(self, *, account_number: str, account_currency: str, currency: str) -> None:
        super().__init__(
            _("Account %(account_number)s is kept in %(account_currency)s, not in %(currency)s."),
            account_number=account_number,
            account_currency=account_currency,
            currency=currency,
        )
        self.account_number, self.account_currency, self.currency = account_number, account_currency, currency
