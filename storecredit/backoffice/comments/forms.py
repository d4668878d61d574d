"""What a comment may say, and whom it calls."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giftcards.queries import looks_like_a_code
from storecredit.backoffice.kit import DomainForm
from storecredit.backoffice.models import LONGEST_COMMENT
from storecredit.credits.queries import list_people_with

_MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")
#: What ends a sentence, and may end a name all the same.
_AFTER_A_NAME = ".@+-_"
_GROUPS_OF_A_CODE = 4
MOST_MENTIONED = 20


class CommentForm(DomainForm):
    """
    A comment.

    :ivar mentioned: whom it calls, once it is valid.
    """

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": "colleagues"}),
        help_text=gettext_lazy(
            "@ and a colleague’s sign-in name calls them. It stands here for good; it can be withdrawn, not changed."
        ),
    )

    def __init__(self, data: Any = None, *, permission: str) -> None:
        self.permission = permission
        self.mentioned: list[Any] = []
        super().__init__(data)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if holds_a_code(text):
            raise ValidationError(
                _("That holds what may be the code of a gift card, and whoever reads it could spend it. Leave it out."),
                code="code",
            )
        self.mentioned = find_mentioned(text, permission=self.permission)
        return text


def list_colleagues(*, permission: str) -> Any:
    """The people who can sign in and may see the page, by their sign-in names."""
    return list_people_with(right=permission)


def find_mentioned(text: str, *, permission: str) -> list[Any]:
    """
    The colleagues that a text calls.

    :param permission: what it takes to see the page that the text stands on.
    :raises ValidationError: if it calls somebody who cannot sign in or may not see it, or too many.
    """
    called = list(dict.fromkeys(_MENTION.findall(text)))
    if len(called) > MOST_MENTIONED:
        raise ValidationError(_("It calls more than %(most)s people.") % {"most": MOST_MENTIONED}, code="too_many")
    colleagues = (
        {person.get_username().lower(): person for person in list_colleagues(permission=permission)} if called else {}
    )
    found = {}
    for name in called:
        person = next((colleagues[each.lower()] for each in _readings(name) if each.lower() in colleagues), None)
        if person is None:
            raise ValidationError(
                _("@%(name)s is no colleague who can sign in and see this.") % {"name": name}, code="nobody"
            )
        found[person.pk] = person
    return list(found.values())


def holds_a_code(text: str) -> bool:
    """Whether somewhere in a text stands what reads like a generated code, in one piece or in its groups."""
    words = [word.strip(".,;:!?()[]{}<>\"'“”‘’/#*_") for word in text.split()]
    for first in range(len(words)):
        for last in range(first + 1, min(first + _GROUPS_OF_A_CODE, len(words)) + 1):
            if looks_like_a_code("".join(words[first:last])):
                return True
    return any(looks_like_a_code(piece) for word in words for piece in re.split(r"[^0-9A-Za-z-]+", word) if piece)


def _readings(name: str) -> Iterator[str]:
    """A name as it was typed, and without what may be the end of the sentence."""
    yield name
    while name and name[-1] in _AFTER_A_NAME:
        name = name[:-1]
        yield name
