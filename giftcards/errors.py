"""What cards refuse, and with which facts. No code of a card ever stands in an error."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from moneyed import Money

from ledger.errors import DomainError
from ledger.wording import amount_text


class CardNotFound(DomainError):
    """No card of this mode has that code."""

    code = "card_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such card."))


#: What cannot be done with a card, as the end of a sentence.
_DEEDS = {
    "assigned": pgettext_lazy("cannot be", "assigned"),
    "blocked": pgettext_lazy("cannot be", "blocked"),
    "extended": pgettext_lazy("cannot be", "extended"),
    "given another recipient": pgettext_lazy("cannot be", "given another recipient"),
    "moved back": pgettext_lazy("cannot be", "moved back"),
    "moved": pgettext_lazy("cannot be", "moved"),
    "redeemed": pgettext_lazy("cannot be", "redeemed"),
    "refunded": pgettext_lazy("cannot be", "refunded"),
    "reloaded": pgettext_lazy("cannot be", "reloaded"),
    "replaced": pgettext_lazy("cannot be", "replaced"),
    "sent": pgettext_lazy("cannot be", "sent"),
    "unblocked": pgettext_lazy("cannot be", "unblocked"),
    "voided": pgettext_lazy("cannot be", "voided"),
}


class CardNotUsable(DomainError):
    """The card's state forbids it. `verb` is what cannot be done, in English."""

    code = "card_not_usable"

    def __init__(self, *, card: str, state: str | Promise, verb: str) -> None:
        super().__init__(
            _("Card %(card)s is %(state)s and cannot be %(verb)s."),
            card=card,
            state=str(state).lower(),
            verb=_DEEDS[verb],
        )
        self.card, self.state, self.verb = card, state, verb


class CodeTaken(DomainError):
    """Another card has that number."""

    code = "card_number_taken"

    def __init__(self) -> None:
        super().__init__(_("The number is taken."))


class CodeMalformed(DomainError):
    """Not a number that a card can have."""

    code = "card_number_malformed"

    def __init__(self) -> None:
        super().__init__(_("A card's number is 4 to 64 printable ASCII characters without blanks or slash."))


class NotReloadable(DomainError):
    """The card was made to be spent once."""

    code = "card_not_reloadable"

    def __init__(self, *, card: str) -> None:
        super().__init__(_("Card %(card)s cannot be reloaded."), card=card)
        self.card = card


class RestrictedToCustomer(DomainError):
    """Only the customer that the card belongs to may spend it."""

    code = "card_restricted_to_customer"

    def __init__(self, *, card: str) -> None:
        super().__init__(_("Card %(card)s may be spent by its own customer only."), card=card)
        self.card = card


class MustRedeemWhole(DomainError):
    """The card is spent in one piece or not at all."""

    code = "card_must_be_redeemed_whole"

    def __init__(self, *, card: str, available: Money) -> None:
        super().__init__(
            _("Card %(card)s must be redeemed whole: %(available)s."), card=card, available=amount_text(available)
        )
        self.card, self.available = card, available


class ExpiryNotLater(DomainError):
    """An expiry is only ever moved to a later day, and not to one that is over."""

    code = "expiry_not_later"

    def __init__(self) -> None:
        super().__init__(_("The new expiry must not be earlier than today nor than the present one."))


class TimeZoneUnknown(DomainError):
    """Not the name of a time zone."""

    code = "time_zone_unknown"

    def __init__(self, *, time_zone: str) -> None:
        super().__init__(_("%(time_zone)r is not the name of a time zone."), time_zone=time_zone)
        self.time_zone = time_zone


class CardHasNoCustomer(DomainError):
    """Value can be moved to a customer's store credit only if it is known whose."""

    code = "card_has_no_customer"

    def __init__(self, *, card: str) -> None:
        super().__init__(_("Card %(card)s belongs to no customer; name one."), card=card)
        self.card = card


class NotAnEventOfCards(DomainError):
    """There is no such event of a card."""

    code = "card_event_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such transaction of a gift card."))


class BatchNotReady(DomainError):
    """The batch's cards are still being made."""

    code = "batch_not_ready"

    def __init__(self, *, batch: str) -> None:
        super().__init__(_("Batch %(batch)s is not ready."), batch=batch)
        self.batch = batch


class BatchWaits(DomainError):
    """None of a batch's cards is made before somebody else has approved it."""

    code = "batch_waits"

    def __init__(self, *, batch: str) -> None:
        super().__init__(
            _("Batch %(batch)s waits: its cards are made once somebody else has approved it."), batch=batch
        )
        self.batch = batch


class BatchRejected(DomainError):
    """None of a batch's cards is ever made: somebody rejected it."""

    code = "batch_rejected"

    def __init__(self, *, batch: str) -> None:
        super().__init__(_("Batch %(batch)s was rejected: none of its cards is made."), batch=batch)
        self.batch = batch


class CodesTaken(DomainError):
    """The codes of a batch are taken out once."""

    code = "batch_codes_taken"

    def __init__(self, *, batch: str, by: str) -> None:
        super().__init__(_("The codes of batch %(batch)s were taken out by %(by)s."), batch=batch, by=by)
        self.batch, self.by = batch, by


class DeliveryUnderWay(DomainError):
    """A mail with the card's code is on its way; another one, or another recipient, waits for its end."""

    code = "delivery_under_way"

    def __init__(self, *, card: str, address: str) -> None:
        super().__init__(
            _("A mail with the code of card %(card)s is on its way to %(address)s."), card=card, address=address
        )
        self.card, self.address = card, address


class AddressUnfit(DomainError):
    """No mail can be sent to that address."""

    code = "address_unfit"

    def __init__(self, *, fault: str) -> None:
        if fault:
            super().__init__(_("The address %(fault)s."), fault=fault)
        else:
            super().__init__(_("There is no address to send it to."))


class AddressNotKept(DomainError):
    """Whoever may not see codes sends them nowhere but to the recipient that the card has."""

    code = "address_not_kept"

    def __init__(self) -> None:
        super().__init__(_("To send it anywhere but to the card's recipient takes the right to reveal codes."))


class RecipientChangedBySender(DomainError):
    """Whoever may not see codes does not choose the recipient, either: somebody else sends to whom they chose."""

    code = "recipient_changed_by_sender"

    def __init__(self) -> None:
        super().__init__(_("You changed the card's recipient yourself: somebody else has to send it."))


class BatchNotFound(DomainError):
    """There is no such batch."""

    code = "batch_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such batch."))


class BatchNameTaken(DomainError):
    """Another batch has that name."""

    code = "batch_name_taken"

    def __init__(self, *, batch: str) -> None:
        super().__init__(_("There is a batch %(batch)s already."), batch=batch)
        self.batch = batch


class BatchSizeOutOfRange(DomainError):
    """A batch has at least one card and not too many."""

    code = "batch_size_out_of_range"

    def __init__(self, *, size: int, largest: int) -> None:
        super().__init__(_("A batch has 1 to %(largest)s cards, not %(size)s."), largest=largest, size=size)
        self.size, self.largest = size, largest
