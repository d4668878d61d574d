"""
Columns for texts from outside: fit for their kind whoever writes them, and in NFC.

To migrations they are Django's own fields, for what they add is no matter of the database's.
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.errors import TextUnfit
from ledger.text import TextKind, find_too_long, find_unfit, find_wrong_email, to_nfc


class _FitText(models.CharField):  # type: ignore[type-arg]  # takes no argument at run time
    kind: ClassVar[TextKind]

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", list(args), kwargs

    def find_fault(self, text: str) -> str:
        """What is wrong with a text, as the end of a sentence; empty if nothing is."""
        return find_unfit(text, self.kind) or find_too_long(text, self.max_length)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and (message := self.find_fault(to_nfc(value))):
            raise ValidationError(f"This {message}.", code="unfit")

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str) and value:
            value = to_nfc(value)
            if message := self.find_fault(value):
                raise TextUnfit(member=str(self.verbose_name), message=message)
        return super().get_db_prep_save(value, connection)


class CodeField(_FitText):
    """What is compared and looked up: a number, a code, a reference."""

    kind = TextKind.CODE


class NameField(_FitText):
    """A name or a label, as people write it."""

    kind = TextKind.NAME


class NoteField(_FitText):
    """What somebody wrote down, over as many lines as they liked."""

    kind = TextKind.NOTE


class EmailTextField(models.EmailField):  # type: ignore[type-arg]  # takes no argument at run time
    """An e-mail address of which everything is seen."""

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", list(args), kwargs

    def find_fault(self, text: str) -> str:
        """What is wrong with an address, as the end of a sentence; empty if nothing is."""
        return find_wrong_email(text) or find_too_long(text, self.max_length)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and (message := self.find_fault(to_nfc(value))):
            raise ValidationError(f"This {message}.", code="unfit")

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str) and value:
            value = to_nfc(value)
            if message := self.find_fault(value):
                raise TextUnfit(member=str(self.verbose_name), message=message)
        return super().get_db_prep_save(value, connection)
