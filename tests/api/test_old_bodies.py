"""Routes that are documented without a body; no dialect has one yet, so a view of the test's own answers."""

import pytest
from django.test import RequestFactory

from storecredit.api.body import check_media_type
from storecredit.api.old_fields import Body, NoBody
from storecredit.api.problems import BadRequest, Problem, UnsupportedMediaType
from storecredit.api.views import DialectView


class AnyBody(Body):
    """Everything in it is ignored."""


def read(kind, body, content_type):
    view = DialectView()
    view.http = RequestFactory().generic("POST", "/", body, CONTENT_TYPE=content_type)
    return view.draft(kind).accept()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"", "application/json"),
        (b"", "application/x-www-form-urlencoded"),
        (b"{}", ""),
        (b"{}", "application/json"),
        (b'{"unknown": 1}', "application/json"),
    ],
)
def test_a_route_without_a_body_takes_nothing_or_an_object(body, content_type):
    assert isinstance(read(NoBody, body, content_type), NoBody)


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"[]", "", BadRequest),
        (b"x", "application/json", BadRequest),
        (b" ", "", BadRequest),
        (b"{}", "text/plain", UnsupportedMediaType),
        (b"a=1", "application/x-www-form-urlencoded", UnsupportedMediaType),
    ],
)
def test_a_route_without_a_body_takes_nothing_else(body, content_type, problem):
    with pytest.raises(Problem) as caught:
        read(NoBody, body, content_type)

    assert type(caught.value) is problem


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [(b"", "", BadRequest), (b"", "text/plain", UnsupportedMediaType), (b"{}", "", UnsupportedMediaType)],
)
def test_a_route_with_a_body_needs_one_of_its_type(body, content_type, problem):
    with pytest.raises(Problem) as caught:
        read(AnyBody, body, content_type)

    assert type(caught.value) is problem


def test_a_compressed_nothing_is_refused_too():
    request = RequestFactory().generic("POST", "/", headers={"content-encoding": "gzip"})

    with pytest.raises(UnsupportedMediaType):
        check_media_type(request, body=b"", body_expected=False)
