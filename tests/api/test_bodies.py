"""What may come as a body: of a route with one, and of a route that is documented without."""

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ParseError

from storecredit.api.body import check_media_type
from storecredit.api.generics import DialectView
from storecredit.api.problems import Problem, UnsupportedMediaType
from storecredit.api.serializers import NoBody, Serializer


class AnyBody(Serializer):
    """Everything in it is ignored."""


def view_of(body, content_type):
    view = DialectView()
    view.request = view.initialize_request(RequestFactory().generic("POST", "/", body, CONTENT_TYPE=content_type))
    return view


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"", "application/json"),
        (b"", "application/x-www-form-urlencoded"),
        (b"", ";;;"),
        (b"{}", ""),
        (b"{}", "application/json"),
        (b'{"unknown": 1}', "application/json"),
    ],
)
def test_a_route_without_a_body_takes_nothing_or_an_object(body, content_type):
    assert view_of(body, content_type).read(NoBody) == {}


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"[]", "", ParseError),
        (b"x", "application/json", ParseError),
        (b" ", "", ParseError),
        (b"{}", "text/plain", UnsupportedMediaType),
        (b"a=1", "application/x-www-form-urlencoded", UnsupportedMediaType),
    ],
)
def test_a_route_without_a_body_takes_nothing_else(body, content_type, problem):
    with pytest.raises((Problem, ParseError)) as caught:
        view_of(body, content_type).read(NoBody)

    assert type(caught.value) is problem


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [(b"", "", ParseError), (b"", "text/plain", UnsupportedMediaType), (b"{}", "", UnsupportedMediaType)],
)
def test_a_route_with_a_body_needs_one_of_its_type(body, content_type, problem):
    with pytest.raises((Problem, ParseError)) as caught:
        view_of(body, content_type).read(AnyBody)

    assert type(caught.value) is problem


def test_what_was_refused_once_is_refused_whenever_it_is_looked_at():
    view = view_of(b"not json", "application/json")

    for _ in range(2):
        with pytest.raises(ParseError):
            view.read(AnyBody)


def test_a_compressed_nothing_is_refused_too():
    request = RequestFactory().generic("POST", "/", headers={"content-encoding": "gzip"})

    with pytest.raises(UnsupportedMediaType):
        check_media_type(request, body=b"", body_expected=False)
