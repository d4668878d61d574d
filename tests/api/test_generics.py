"""What every view does around its methods."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from rest_framework.response import Response

from ledger import guessing
from storecredit.api.generics import DialectView
from storecredit.api.permissions import HasScope
from storecredit.api.problems import OwnerLacksRight
from storecredit.api.rights import Right
from storecredit.api.scopes import Scope
from storecredit.dialects import urls
from storecredit.dialects.tiquo.errors import Tiquo


class Looker:
    """Somebody who may guess, whose misses the database takes or not."""

    def __init__(self, *, is_reachable: bool) -> None:
        self.is_reachable = is_reachable
        self.missed_ones: list[str] = []
        self.counted: list[str] = []

    def admit(self) -> None:
        """They may."""

    def missed(self, secret: str) -> None:
        self.missed_ones.append(secret)

    def count_what_was_kept(self) -> None:
        if not self.is_reachable:
            raise OperationalError("the database is away")
        self.counted += self.missed_ones
        self.missed_ones = []


class GuessingView(DialectView):
    dialect = Tiquo()
    authentication_classes = []
    throttle_classes = []
    looker: Any = None

    def get(self, request: Any) -> Response:
        guessing.count_miss("code")
        if "fails" in request.query_params:
            raise RuntimeError("after the miss")
        return Response({"is": "missed"})


def ask(looker, path="/"):
    return GuessingView.as_view(looker=looker)(RequestFactory().get(path))


def test_a_guess_is_counted_whatever_became_of_the_request():
    looker = Looker(is_reachable=True)

    answers = [ask(looker).status_code, ask(looker, "/?fails=1").status_code]

    assert answers == [200, 500]
    assert looker.counted == ["code", "code"]
    assert guessing._present.get() is None


def test_a_guess_that_cannot_be_counted_is_answered_503():
    answer = ask(Looker(is_reachable=False))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert b"missed" not in answer.content
    assert guessing._present.get() is None


def test_no_view_of_the_api_overrides_how_rest_framework_dispatches():
    assert urls.urlpatterns  # every dialect is imported
    views = [DialectView, *below(DialectView)]

    assert len(views) > 5
    assert [kind for kind in views if {"dispatch", "initial"} & set(vars(kind))] == []


def below(kind):
    return [each for child in kind.__subclasses__() for each in [child, *below(child)]]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_method_needs_beyond_its_scope_is_asked_of_a_look_at_its_head_too(method):
    permission = HasScope(Scope.CREDITS_REQUEST, rights={"GET": (Right.VIEW_REQUESTS,)})
    caller = SimpleNamespace(granted={Scope.CREDITS_REQUEST}, holds=lambda rights: Right.REQUEST_CREDIT in rights)
    view = SimpleNamespace(allowed_methods=["GET", "HEAD", "POST"])

    with pytest.raises(OwnerLacksRight):
        permission.has_permission(SimpleNamespace(auth=caller, method=method), view)

    assert permission.has_permission(SimpleNamespace(auth=caller, method="POST"), view)
