"""What the keeping of API clients refuses. What a request gets wrong stands in `problems`."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError


class ApiClientNameTaken(DomainError):
    """Another client has that name."""

    code = "api_client_name_taken"

    def __init__(self, *, name: str) -> None:
        super().__init__(_("There is an API client named %(name)r already."), name=name)
        self.name = name


class ApiClientInvalid(DomainError):
    """A detail of the client is not what it must be."""

    code = "api_client_invalid"

    def __init__(self, *, detail: str, message: str) -> None:
        super().__init__(message)
        self.detail = detail


class ApproverNeedsOwner(DomainError):
    """Credits are approved by persons: a key that may approve counts as its owner."""

    code = "approver_needs_owner"

    def __init__(self, *, name: str) -> None:
        super().__init__(
            _("The API client %(name)r may approve credits only with an owner: name the person behind it."), name=name
        )
        self.name = name


class KeyIsItsOwners(DomainError):
    """In the admin only the owner of a client is shown a key of it."""

    code = "key_is_its_owners"

    def __init__(self, *, name: str, owner: str) -> None:
        super().__init__(
            _("A key of %(name)r speaks for %(owner)s: they alone make one here, signed in, and read it."),
            name=name,
            owner=owner,
        )
        self.name = name


class TooManyKeys(DomainError):
    """A program needs one key, and a second one while it changes over."""

    code = "too_many_keys"

    def __init__(self, *, name: str, keys: Sequence[str]) -> None:
        super().__init__(
            _("%(name)r has %(count)s keys that work, %(keys)s: end one of them first, or with the new one."),
            name=name,
            count=len(keys),
            keys=", ".join(keys),
        )
        self.name, self.keys = name, keys


class OwnerHasApproved(DomainError):
    """Whoever approved what a client asked for cannot stand behind it: they would have approved their own."""

    code = "owner_has_approved"

    def __init__(self, *, name: str, owner: str) -> None:
        super().__init__(
            _("%(owner)s has approved credit that %(name)r asked for, and so cannot stand behind it."),
            owner=owner,
            name=name,
        )
        self.name = name


class ApiClientNotFound(DomainError):
    """There is no such client."""

    code = "api_client_not_found"

    def __init__(self, *, name: str) -> None:
        super().__init__(_("There is no API client named %(name)r."), name=name)
        self.name = name


class ApiKeyNotFound(DomainError):
    """There is no such key."""

    code = "api_key_not_found"

    def __init__(self, *, prefix: str) -> None:
        super().__init__(_("There is no API key with the prefix %(prefix)r."), prefix=prefix)
        self.prefix = prefix
