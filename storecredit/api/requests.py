"""A request as the API's views see it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import request as rest

from storecredit.api.callers import Caller


class Request(rest.Request):
    """
    REST framework's request, whose body may come without a length, and whose refusal is the same however often it is
    asked for its data.

    The clock is read once: everything in a request happens at one moment, `now`.
    """

    _stream: Any
    _parse: Any

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        self.now = timezone.now()
        #: Whether the route is documented with a body.
        self.is_body_expected = True
        #: What the client is told of its rate.
        self.rate_headers: dict[str, str] = {}
        self._refusal: Exception | None = None

    @property
    def known_caller(self) -> Caller | None:
        """Who calls, if that was found out already."""
        return self.__dict__.get("_auth")

    def _load_stream(self) -> None:
        self._stream = self._request

    def _load_data_and_files(self) -> None:
        if self._refusal is None:
            try:
                self._data, self._files = self._parse()
            except Exception as error:
                self._refusal = error
        if self._refusal is not None:
            # REST framework puts empty data here when parsing failed, so that a second look would find a body.
            self._full_data = rest.Empty
            raise self._refusal
        self._full_data = self._data
