"""Steps that move no money: what they leave is a line of Django's log, by which what was done is found."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext

from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.kit.actors import audit, subject_of, tell
from storecredit.backoffice.kit.intents import AlreadyDone
from storecredit.backoffice.kit.reviews import Outcome
from storecredit.backoffice.kit.steps import ConfirmStep, StepRefused
from storecredit.backoffice.kit.viewers import kept_in_records


class LoggedStep(ConfirmStep):
    """A step that moves no money: Django's log is its record, and holds its token."""

    #: What it is among what people do.
    activity: ClassVar[ActivityKind] = ActivityKind.DONE

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        """Do it; the object is locked and fresh."""
        raise NotImplementedError

    def lock(self) -> Any:
        """The object, fresh, and locked against whatever else may change it."""
        return type(self.target)._default_manager.select_for_update().get(pk=self.target.pk)

    def changed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What it changed, by the names of programs, as it was and as it is: where nothing else keeps both."""
        return {}, {}

    def others(self, outcome: Outcome) -> list[Model]:
        """What it was done to besides: each is told of it as well, for there it is looked for."""
        return []

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        """What the object's history says of it, in the shop's language."""
        return f"{self.label}: {data['why']}"

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        self.target = self.lock()
        if self.find_done(token):
            raise AlreadyDone(gettext("This was done already."))
        if why_not := self.refusal():
            raise StepRefused(why_not)
        outcome = self.apply(data, now)
        with kept_in_records():
            text, mark = self.log_text(data, outcome), confirmation_mark(token)
            before, after = self.changed()
            audit(self.request, self.target, text, mark=mark, kind=self.activity, before=before, after=after)
            for other in self.others(outcome):
                told = {"text": f"{subject_of(self.target).label}: {text}"}
                tell(self.request, kind=self.activity, subject=subject_of(other), details=told)
        return outcome

    def find_done(self, token: str) -> str | None:
        target: Model = self.target
        done = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(target),
            object_id=str(target.pk),
            change_message__endswith=confirmation_mark(token),
        )
        return self.admin.page_url(self.target) if done.exists() else None


def confirmation_mark(token: str) -> str:
    """What ends the line of Django's log that a confirmed review left, and by which it is found."""
    return f" (confirmation {token[:10]})"
