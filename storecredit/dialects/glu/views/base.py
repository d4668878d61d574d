"""What every view of stored credit accounts stands on: which account a path names, and what its client may see."""

from functools import cached_property

from giftcards import queries
from giftcards.errors import CardNotFound
from ledger import queries as ledger
from ledger.errors import AccountNotFound
from ledger.guessing import look_up
from ledger.operations import AccountKind
from ledger.queries import Account
from storecredit.api.cards import GiftCardView
from storecredit.api.dialects import API_ROOT
from storecredit.api.schema import path_parameter
from storecredit.api.scopes import Scope
from storecredit.dialects.glu.errors import Glu
from storecredit.dialects.glu.serializers.accounts import NEWEST_BALANCES, ShownAccount, StoredAccount
from storecredit.dialects.glu.serializers.balances import Links

READ = (Scope.GIFT_CARDS_READ, Scope.STORE_CREDIT_READ)
CARD = [path_parameter("code", "The gift card's code. Case and hyphens do not matter where it has no other signs.")]
ACCOUNT = [
    path_parameter(
        "code",
        "The gift card's code, or the account number of a Member Credit. Each is found with the scope for its kind "
        "alone: `gift_cards:…` or `store_credit:…`.",
    )
]
UNKNOWN = {
    404: "Nothing that your key may see has this code.",
    429: "Over the client's rate, or it named too many unknown codes: then no code is looked up for it.",
}


class GluView(GiftCardView):
    dialect = Glu()
    #: What lets a client have store credit that the path names; None where the path serves gift cards alone.
    store_credit_scope: Scope | None = None

    def find_account(self, code: str, *, card_scope: Scope) -> StoredAccount:
        """
        The gift card that a path names, or the customer's store credit, each if the client has the scope for its kind.

        :raises LookUpsStopped: while the client has to wait, whether or not there is such an account.
        :raises CardNotFound: if there is none for this client, which is counted.
        """
        found = look_up(code, lambda: self._find(code, card_scope))
        if found is None:
            raise CardNotFound
        return found

    def _find(self, code: str, card_scope: Scope) -> StoredAccount | None:
        test_mode, scopes = self.caller.test_mode, self.caller.scopes
        if card_scope in scopes:
            try:
                return StoredAccount.of_card(queries.get_card(code=code, test_mode=test_mode, now=self.now))
            except CardNotFound:
                pass
        if self.store_credit_scope in scopes:
            try:
                return StoredAccount.of_store_credit(
                    ledger.get_store_credit(number=code, test_mode=test_mode, now=self.now)
                )
            except AccountNotFound:
                pass
        return None

    @cached_property
    def root(self) -> str:
        """The address of the API's root."""
        return str(self.request.build_absolute_uri(API_ROOT))

    def url(self, path: str) -> str:
        """The address of a path below the API's root."""
        return f"{self.root}{path}"

    def contact_url(self, contact_id: str | None) -> str | None:
        """The address of a contact, if there is one and the client may follow it."""
        if contact_id is None or Scope.CUSTOMERS_READ not in self.caller.scopes:
            return None
        return self.url(f"contacts/{contact_id}")

    def code_of(self, account: StoredAccount) -> str:
        """The code of an account that the client has named, as it was made."""
        return account.number if account.card is None else queries.open_card_code(card=account.card)

    def links(self, named: StoredAccount | None = None) -> Links:
        """Addresses, and which codes the client may see: that of the account which it named, others by its scope."""
        code_of_named = self.code_of(named) if named else ""

        def code_of(account: Account) -> str:
            if account.kind == AccountKind.STORE_CREDIT:
                return account.number
            if named is not None and account.pk == named.id:
                return code_of_named
            card = getattr(account, "card", None)
            if card is None:
                return "****"
            return queries.open_card_code(card=card) if self.may_see_numbers else card.masked_code

        return Links(url=self.url, contact_url=self.contact_url, code_of=code_of)

    def look_at(self, account: StoredAccount, standing: ledger.Standing, *, code: str) -> ShownAccount:
        """The account beside its newest balances."""
        # A client that may redeem and not read could follow none of them.
        may_read = (Scope.GIFT_CARDS_READ if account.card else Scope.STORE_CREDIT_READ) in self.caller.scopes
        return ShownAccount(
            account=account,
            code=code,
            numbers=standing.numbers,
            url=self.url if may_read else None,
            contact_url=self.contact_url(account.contact_id),
        )

    def get_standing(self, account: StoredAccount) -> ledger.Standing:
        """What an account has now, and its newest balances."""
        return ledger.get_standing(account_id=account.id, now=self.now, newest=NEWEST_BALANCES)
