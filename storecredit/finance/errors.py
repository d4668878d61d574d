"""What finance refuses to report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.errors import DomainError, state_word


class NoCutAt(DomainError):
    """Time was not closed at this moment, or what it came to is not sealed yet."""

    code = "no_cut_at"

    def __init__(self, *, boundary: datetime) -> None:
        shop = timezone.get_default_timezone()
        super().__init__(
            _("No sealed cut has the boundary %(boundary)s."), boundary=timezone.localtime(boundary, shop).isoformat()
        )
        self.boundary = boundary


class CutsInWrongOrder(DomainError):
    """A roll-forward goes from an earlier cut to a later one."""

    code = "cuts_in_wrong_order"

    def __init__(self) -> None:
        super().__init__(_("The cut that it begins with must be before the one that it ends with."))


class DoesNotAddUp(DomainError):
    """Kept figures contradict each other: nothing is reported from them."""

    code = "does_not_add_up"

    def __init__(self, *, what: str, expected_minor: int, found_minor: int) -> None:
        super().__init__(
            _("%(what)s does not add up: it should be %(expected)s minor units and is %(found)s."),
            what=what,
            expected=expected_minor,
            found=found_minor,
        )
        self.what, self.expected_minor, self.found_minor = what, expected_minor, found_minor


class MovementsUnmapped(DomainError):
    """No rule says to which accounts of the general ledger some movements go."""

    code = "movements_unmapped"

    def __init__(self, *, movements: Sequence[str]) -> None:
        super().__init__(
            _("No general ledger rule maps %(movements)s: nothing was exported."), movements="; ".join(movements)
        )
        self.movements = movements


class NothingToExport(DomainError):
    """The journal of these days has left the house already, and there is none of later ones."""

    code = "nothing_to_export"

    def __init__(self, *, last_day: date) -> None:
        super().__init__(_("The journal of %(day)s is part of one that ends later."), day=last_day.isoformat())
        self.last_day = last_day


class JournalNotFound(DomainError):
    """There is no such journal."""

    code = "journal_not_found"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("There is no journal %(number)s."), number=number)
        self.number = number


class JournalChanged(DomainError):
    """The kept lines of a journal are not those that were exported."""

    code = "journal_changed"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("The lines of journal %(number)s are not those that were exported."), number=number)
        self.number = number


class NotForLayout(DomainError):
    """A layout cannot hold a journal, or its file does not say for whom it is."""

    code = "not_for_layout"

    def __init__(self, *, layout: str, why: str) -> None:
        super().__init__(_("The journal cannot be written as %(layout)s: %(why)s."), layout=layout, why=why)
        self.layout, self.why = layout, why


class FindingDecided(DomainError):
    """Somebody was faster, or nothing is there to be taken back."""

    code = "finding_decided"

    def __init__(self, *, number: int, state: str) -> None:
        super().__init__(_("Finding %(number)s is %(state)s already."), number=number, state=state_word(state))
        self.number, self.state = number, state


class NoteMissing(DomainError):
    """What people decide about a finding they give a reason for."""

    code = "note_missing"

    def __init__(self) -> None:
        super().__init__(_("Say why, in a note."))


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of a list: its place from 0, its member, and the end of a sentence that says it."""

    place: int
    member: str
    message: str


class StatementRefused(DomainError):
    """Lines of a list are bad, so nothing was compared: what a bad line was to say would be missing."""

    code = "statement_refused"

    def __init__(self, *, faults: Sequence[LineFault], count: int) -> None:
        super().__init__(_("%(count)s lines of the list are bad, so nothing was compared."), count=count)
        self.faults, self.count = list(faults), count


class StatementTooLarge(DomainError):
    """More is told of a reference than can be added up exactly."""

    code = "statement_too_large"

    def __init__(self, *, reference: str) -> None:
        super().__init__(_("What is told of %(reference)s is too much to be added up."), reference=reference)
        self.reference = reference


class PeriodNotFound(DomainError):
    """There is no such month among the periods."""

    code = "period_not_found"

    def __init__(self, *, month: str) -> None:
        super().__init__(_("%(month)s is not among the periods."), month=month)
        self.month = month


class PeriodOutOfOrder(DomainError):
    """The first period may be any month, and each later one follows the one before."""

    code = "period_out_of_order"

    def __init__(self, *, month: str, expected: str) -> None:
        super().__init__(_("%(expected)s comes next: %(month)s cannot be opened now."), month=month, expected=expected)
        self.month, self.expected = month, expected


class PeriodNotClosable(DomainError):
    """
    A month cannot be closed as things are.

    :param why: each thing that stands against it, by a stable name and in words.
    """

    code = "period_not_closable"

    def __init__(self, *, month: str, why: Mapping[str, str]) -> None:
        super().__init__(_("%(month)s cannot be closed: %(why)s"), month=month, why=" ".join(why.values()))
        self.month, self.why = month, why


class PeriodChanged(DomainError):
    """The month is in another state than what was asked for needs."""

    code = "period_changed"

    def __init__(self, *, month: str, state: str) -> None:
        super().__init__(_("%(month)s is %(state)s, so this cannot be done."), month=month, state=state)
        self.month, self.state = month, state


class OwnPeriod(DomainError):
    """Whoever closes a month does not approve it."""

    code = "self_approval_forbidden"

    def __init__(self, *, month: str) -> None:
        super().__init__(_("You asked to close %(month)s yourself: somebody else has to approve it."), month=month)
        self.month = month


class PersonMissing(DomainError):
    """Only a person can ask for this or decide on it: somebody whose login is on."""

    code = "person_missing"

    def __init__(self) -> None:
        super().__init__(_("Only a person can do this: nobody whose login is on stands behind it."))


class CorrectionNotFound(DomainError):
    """There is no such correction."""

    code = "correction_not_found"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("There is no correction %(number)s."), number=number)
        self.number = number


class CorrectionMalformed(DomainError):
    """A correction adjusts an account by an amount, undoes an entry, or changes the expiry of a piece of credit."""

    code = "correction_malformed"

    def __init__(self) -> None:
        super().__init__(_("Name an account and an amount, an entry that is undone or a piece of credit, one of them."))


class CorrectionOfAnotherMonth(DomainError):
    """A correction names a month that is closed, and an entry of that month and account, if it names one."""

    code = "correction_of_another_month"

    def __init__(self) -> None:
        super().__init__(_("Name a month that is closed, and an entry of that very month and account."))


class FindingsOpen(DomainError):
    """Nobody has decided about what reconciliations found: a month is closed over it only with a reason."""

    code = "findings_open"

    def __init__(self, *, count: int) -> None:
        super().__init__(
            _("Findings of reconciliations are open: %(count)s. Say in the note why the month is closed all the same."),
            count=count,
        )
        self.count = count


class CorrectionDecided(DomainError):
    """The correction was decided before."""

    code = "correction_decided"

    def __init__(self, *, correction: str, state: str) -> None:
        super().__init__(_("%(correction)s is %(state)s already."), correction=correction, state=state)
        self.correction, self.state = correction, state


class OwnCorrection(DomainError):
    """Whoever asked for a correction, or stands behind the API client that did, does not approve it."""

    code = "self_approval_forbidden"

    def __init__(self, *, correction: str) -> None:
        super().__init__(
            _("You asked for %(correction)s yourself: somebody else has to approve it."), correction=correction
        )
        self.correction = correction


class CorrectionOfSomebodyElse(DomainError):
    """Only who asked for a correction takes it back."""

    code = "not_your_correction"

    def __init__(self, *, correction: str) -> None:
        super().__init__(_("%(correction)s was asked for by somebody else."), correction=correction)
        self.correction = correction


class CardNotAdjusted(DomainError):
    """What is on a gift card is not adjusted: it lives and ends with its card."""

    code = "card_not_adjusted"

    def __init__(self) -> None:
        super().__init__(_("What is on a gift card is not adjusted: undo the entry, or void the card."))


class RateNotFound(DomainError):
    """There is no such breakage rate."""

    code = "rate_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such breakage rate."))


class RateDecided(DomainError):
    """The rate was decided before."""

    code = "rate_decided"

    def __init__(self, *, state: str) -> None:
        super().__init__(_("The rate is %(state)s already."), state=state)
        self.state = state


class OwnRate(DomainError):
    """Whoever asks for a rate does not approve it."""

    code = "self_approval_forbidden"

    def __init__(self) -> None:
        super().__init__(_("You asked for this rate yourself: somebody else has to approve it."))


class RateTaken(DomainError):
    """Another rate of the same credit holds from the same day on."""

    code = "rate_taken"

    def __init__(self, *, day: date) -> None:
        super().__init__(_("Another rate was approved from %(day)s on."), day=day.isoformat())
        self.day = day
