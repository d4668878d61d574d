"""What credit requests refuse, and with which facts."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.errors import DomainError, state_word
from ledger.wording import amount_text


class RequestNotFound(DomainError):
    """No request of this order, tenant and mode has that id."""

    code = "credit_request_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such credit request."))


class RequestChanged(DomainError):
    """The request is not any more as the caller saw it, or its state forbids what was asked."""

    code = "credit_request_changed"

    def __init__(self, *, request: str, status: str, message: str = "") -> None:
        if message:
            super().__init__(message)
        else:
            words = _("%(request)s is %(state)s now, so this cannot be done.")
            super().__init__(words, request=request, state=state_word(status))
        self.request, self.status = request, status


class CustomerRequestRefused(DomainError):
    """What is asked for about a customer cannot be done as things stand."""

    code = "customer_request_refused"


class SelfApproval(DomainError):
    """Whoever asked, said whom it pays or stands behind the API client that asked, does not approve."""

    code = "self_approval_forbidden"

    def __init__(self, *, request: str, did: str | Promise = "") -> None:
        super().__init__(
            _("%(request)s cannot be approved by the person who %(did)s (self_approval_forbidden)."),
            request=request,
            did=did or _("asked for it"),
        )
        self.request = request


class CardBatchNeedsTwo(DomainError):
    """A policy asks for two approvals of what a batch of cards is worth; a batch has one."""

    code = "card_batch_needs_two"

    def __init__(self, *, batch: str) -> None:
        words = _("A policy asks for two approvals of what batch %(batch)s is worth. Plan batches of less.")
        super().__init__(words, batch=batch)
        self.batch = batch


class ApproverUnknown(DomainError):
    """No person stands behind who would approve."""

    code = "approver_unknown"

    def __init__(self) -> None:
        super().__init__(_("Only a person can approve: the API client has no owner, or its owner's login is off."))


class ApproverLimitExceeded(DomainError):
    """The amount is beyond what the person may approve, or they may approve nothing in that currency."""

    code = "approver_limit_exceeded"

    def __init__(self, *, amount: Money, message: str) -> None:
        super().__init__(f"{message} (approver_limit_exceeded).")
        self.amount = amount


class AlreadyVoted(DomainError):
    """The person has approved this version already; the other approval is somebody else's."""

    code = "already_approved"

    def __init__(self, *, request: str) -> None:
        super().__init__(
            _("You have approved %(request)s already; another person's approval is needed."), request=request
        )
        self.request = request


class NotYours(DomainError):
    """Only who asked, or somebody who may decide, can cancel a request."""

    code = "not_your_request"

    def __init__(self, *, request: str) -> None:
        super().__init__(_("%(request)s was asked for by somebody else."), request=request)
        self.request = request


class IssueRefused(DomainError):
    """The books refuse the credit; nothing moved and the request stays pending."""

    code = "issue_refused"

    def __init__(self, *, request: str, cause: DomainError) -> None:
        super().__init__(_("%(request)s could not be paid out: %(cause)s"), request=request, cause=cause)
        self.request, self.cause = request, cause


class PayeeUnknown(DomainError):
    """The payee that the request names does not exist, or cannot be paid in this currency."""

    code = "payee_unknown"

    def __init__(self, *, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


class AttributesMalformed(DomainError):
    """An attribute that names the payee is not text, or all of them together are too large."""

    code = "attributes_malformed"

    def __init__(self, *, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


class IssueLimitExceeded(DomainError):
    """More than the caller may issue at once by itself."""

    code = "issue_limit_exceeded"

    def __init__(self, *, amount: Money, limit: Money) -> None:
        most = amount_text(limit)
        super().__init__(
            _("%(amount)s is more than may be issued at once; the limit is %(most)s."),
            amount=amount_text(amount),
            most=most,
        )
        self.amount, self.limit = amount, limit


class DayIssueLimitExceeded(DomainError):
    """Together with what was issued today, more than the caller may issue in a day."""

    code = "day_issue_limit_exceeded"

    def __init__(self, *, amount: Money, limit: Money) -> None:
        most = amount_text(limit)
        super().__init__(
            _("With %(amount)s more, more would be issued today than may be in a day; the limit is %(most)s."),
            amount=amount_text(amount),
            most=most,
        )
        self.amount, self.limit = amount, limit


class BatchNotFound(DomainError):
    """There is no such batch of requests."""

    code = "credit_request_batch_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such batch of credit requests."))


class FileTaken(DomainError):
    """The same file was imported before."""

    code = "file_imported_already"

    def __init__(self, *, batch: str) -> None:
        super().__init__(_("This file was imported already, as batch %(batch)s."), batch=batch)
        self.batch = batch


class PersonNotFound(DomainError):
    """Nobody has that sign-in name."""

    code = "person_not_found"

    def __init__(self, *, username: str) -> None:
        super().__init__(_("Nobody has the sign-in name %(username)r."), username=username)
        self.username = username


class RequesterUnknown(DomainError):
    """A batch is asked for by a person, so that another one can approve it."""

    code = "requester_unknown"

    def __init__(self) -> None:
        super().__init__(_("Say who asks for these credits: another person has to approve them."))


class CustomerLinked(DomainError):
    """No other login can be linked to that customer."""

    code = "customer_linked"

    def __init__(self, *, number: str) -> None:
        super().__init__(
            _("Customer %(number)s is linked to another login, or was merged or made anonymous."), number=number
        )
        self.number = number
