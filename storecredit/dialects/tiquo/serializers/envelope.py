from typing import Any, Final

from storecredit.api.fields import Boolean, EpochMilliseconds, Integer, IsoMilliseconds, Text
from storecredit.api.serializers import Serializer

DOCUMENT_ID_PATTERN: Final = "k[0-9a-z]{16}"


class Milliseconds(EpochMilliseconds):
    """A moment as milliseconds since 1970-01-01T00:00:00Z, which its description ends with."""

    def __init__(self, *, help_text: str, **kwargs: Any) -> None:
        super().__init__(help_text=f"{help_text}, in milliseconds since 1970-01-01T00:00:00Z.", **kwargs)


class DocumentId(Text):
    """A document id: `k` and sixteen lower-case letters and digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=DOCUMENT_ID_PATTERN, **kwargs)


class Answer(Serializer):
    """A success. Derive from it and name the serializer of `data`."""

    success = Boolean(help_text="True on every success.")
    data: Any
    timestamp = IsoMilliseconds(help_text="When this was answered, UTC.")

    def get_fields(self) -> dict[str, Any]:
        """The members in the vendor's order."""
        fields = super().get_fields()
        return {name: fields[name] for name in ("success", "data", "pagination", "timestamp") if name in fields}


class Pagination(Serializer):
    """The place of a page in its list."""

    hasMore = Boolean(source="has_more", help_text="Whether a next page exists.")
    nextCursor = Text(
        source="next_cursor", allow_null=True, help_text="`cursor` of the next page; null on the last one."
    )
    pageSize = Integer(source="size", help_text="How many items a page has at most.")


class Page(Answer):
    """One page of a list. Derive from it and name the serializer of `data`."""

    pagination = Pagination(help_text="The place of this page in the list.")
    data: Any


class Refusal(Serializer):
    """What every error says."""

    success = Boolean(help_text="False on every error.")
    error = Text(help_text="What is wrong, for people.")
    code = Text(help_text="What is wrong, for programs: stable. Ours.")
    timestamp = IsoMilliseconds(help_text="When this was answered, UTC.")

    class Meta:
        ref_name = "StoreCreditError"
