"""What every field of the API has in common: it takes what is documented and nothing else."""

from typing import Any, ClassVar

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import Field, empty

from storecredit.api.json_text import Json, Number

#: The code of a complaint that is a whole sentence, where others are the end of one that begins with the member's name.
SENTENCE = "sentence"


class StrictField(Field[Any, Any, Any, Any]):
    """
    A field that coerces, trims and rounds nothing. Derive from it beside REST framework's own field.

    A complaint is the end of a sentence that begins with the member's name: `must be a number, not a string.`
    """

    #: What a value has to be, with its article.
    expected: ClassVar[str] = "a value"
    #: The first version of fingerprints in which it stands. In those before it was unknown, and passed over.
    known_since: ClassVar[int] = 1
    #: The name of its schema, where several members share one.
    component: ClassVar[str] = ""
    default_error_messages: ClassVar[Any] = {
        "required": "is required.",
        "null": "must be {expected}, not null.",
        "type": "must be {expected}, not {given}.",
    }

    def __init__(self, *args: Any, optional: bool = False, **kwargs: Any) -> None:
        """:param optional: whether it may be left out of what comes in, or be null."""
        super().__init__(*args, **({"required": False, "allow_null": True} if optional else {}) | kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """The value, validated; there are no validators beside the field's own rules."""
        is_empty, value = self.validate_empty_values(data)
        return value if is_empty else self.to_internal_value(value)

    def from_query(self, text: str) -> Any:
        """The value of a query parameter, validated."""
        if "\x00" in text:
            raise wrong("must not hold a NUL.")
        if not text:
            raise wrong("must not be empty.")
        return self.to_internal_value(text)

    def fail(self, key: str, **words: Any) -> Any:
        """Refuse with the message of this key."""
        super().fail(key, expected=self.expected, **words)

    def require_type(self, value: Any, kind: type) -> None:
        """Refuse a value of another JSON type."""
        if not isinstance(value, kind):
            self.fail("type", given=name_type(value))

    def to_representation(self, value: Any) -> Any:
        """The value as it goes out."""
        return value

    def canonical(self, value: Any, version: int) -> Any:
        """
        What two requests that ask for the same have in common, however they spell it.

        :param version: of the fingerprint that it goes into.
        """
        return value

    def describe(self) -> dict[str, Any]:
        """The JSON schema (2020-12) of the member."""
        raise NotImplementedError


def wrong(complaint: str, *, code: str = "value") -> ValidationError:
    """What is wrong with one value, as the end of a sentence that begins with the member's name."""
    return ValidationError([ErrorDetail(complaint, code=code)])


def wrong_member(member: str, complaint: str, *, code: str = "value") -> ValidationError:
    """What is wrong with one member, found in `validate`, where several are known."""
    return ValidationError({member: [ErrorDetail(complaint, code=code)]})


def name_type(value: Any) -> str:
    """What a JSON value is called in a complaint."""
    if isinstance(value, bool):
        return "a boolean"
    for kind, name in (
        (Number, "a number"),
        (Json, "JSON"),
        (str, "a string"),
        (dict, "an object"),
        (list, "an array"),
    ):
        if isinstance(value, kind):
            return name
    return "null"
