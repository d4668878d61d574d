"""Of the vendor's events, and of what staff settle."""

from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError


class NotAHoldOfCheckouts(DomainError):
    """Neither a checkout nor a callout set it aside."""

    code = "hold_of_no_checkout"

    def __init__(self, *, hold: str) -> None:
        super().__init__(_("Hold %(hold)s belongs to no checkout."), hold=hold)
        self.hold = hold


class SignatureInvalid(DomainError):
    """The event was not signed with a live secret, or too long ago."""

    code = "signature_invalid"

    def __init__(self, *, why: str) -> None:
        super().__init__(_("The signature is refused: %(why)s."), why=why)
        self.why = why


class EventMalformed(DomainError):
    """Not an event, or one of a known type without what that type has."""

    code = "event_malformed"

    def __init__(self, *, why: str) -> None:
        super().__init__(_("The event cannot be read: %(why)s."), why=why)
        self.why = why


class EventNotFound(DomainError):
    """There is no such event."""

    code = "event_not_found"

    def __init__(self, *, event: str) -> None:
        super().__init__(_("There is no event %(event)s."), event=event)
        self.event = event


class SecretMalformed(DomainError):
    """A signing secret is 32 to 200 printable ASCII characters without blanks: a shorter one can be guessed."""

    code = "secret_malformed"

    def __init__(self) -> None:
        super().__init__(_("A webhook secret is 32 to 200 printable ASCII characters without blanks."))


class TooManySecrets(DomainError):
    """Two secrets of a mode are live at a time."""

    code = "too_many_secrets"

    def __init__(self) -> None:
        super().__init__(_("Two secrets are live already; retire the older one first."))


class SecretNotFound(DomainError):
    """There is no such live secret."""

    code = "secret_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such live secret."))


class AlreadySettled(DomainError):
    """Staff have dealt with it before, or there is no such thing."""

    code = "already_settled"

    def __init__(self) -> None:
        super().__init__(_("There is nothing to settle, or it was settled before."))
