"""What was done."""

from datetime import datetime
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from storecredit.audit.models import Activity, ActivityKind
from storecredit.audit.operations import Subject, record_activity
from tests.factories.defaults import NOW, STAFF


class ActivityFactory(DjangoModelFactory[Activity]):
    """A setting that Alice changed."""

    class Meta:
        model = Activity

    actor = STAFF
    kind = ActivityKind.SETTING_CHANGED
    subject = Sequence(lambda n: Subject(kind="ledger.reason", id=f"REASON{n}", label=f"Reason {n}"))
    now: datetime = NOW

    @classmethod
    def _create(cls, model_class: type[Activity], *args: Any, **kwargs: Any) -> Activity:
        return record_activity(**kwargs)
