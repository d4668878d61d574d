"""What staff say to each other, and what they are told by mail."""

from factory.declarations import LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from storecredit.backoffice.changes.deciding import WAITS_FOR
from storecredit.backoffice.models import (
    AccessChange,
    ChangeKind,
    Comment,
    Mention,
    Notice,
    NoticeKind,
    NoticeMark,
    Withdrawal,
)
from tests.factories.defaults import NOW
from tests.factories.ledger import CustomerFactory, SingleRowFactory
from tests.factories.people import UserFactory


class AccessChangeFactory(DjangoModelFactory[AccessChange]):
    """Somebody asked that a colleague may do more."""

    class Meta:
        model = AccessChange

    kind = ChangeKind.PERSON
    subject_id = LazyFunction(lambda: str(UserFactory.create().pk))
    subject_label = "grace"
    before = LazyFunction(lambda: {"roles": [], "superuser": False, "email": "", "active": True})
    after = LazyFunction(lambda: {"roles": [], "superuser": True, "email": "", "active": True})
    asked_by = SubFactory(UserFactory)
    created_at = NOW
    expires_at = NOW + WAITS_FOR


class CommentFactory(DjangoModelFactory[Comment]):
    """Something said of a customer."""

    class Meta:
        model = Comment

    customer = SubFactory(CustomerFactory)
    author = SubFactory(UserFactory)
    text = "Calls back on Monday."
    created_at = NOW


class WithdrawalFactory(DjangoModelFactory[Withdrawal]):
    """Who said something took it back."""

    class Meta:
        model = Withdrawal

    comment = SubFactory(CommentFactory)
    by = SelfAttribute("comment.author")
    created_at = NOW


class MentionFactory(DjangoModelFactory[Mention]):
    """A comment that calls a colleague."""

    class Meta:
        model = Mention

    comment = SubFactory(CommentFactory)
    person = SubFactory(UserFactory)


class NoticeFactory(DjangoModelFactory[Notice]):
    """Who was called is to be told."""

    class Meta:
        model = Notice

    mention = SubFactory(MentionFactory)
    person = SelfAttribute("mention.person")
    kind = NoticeKind.MENTIONED
    created_at = NOW


class NoticeMarkFactory(SingleRowFactory[NoticeMark]):
    class Meta:
        model = NoticeMark

    event_id = 0
