"""What a request carries: its body, within limits, read once."""

from typing import Final

from django.http import HttpRequest, UnreadablePostError
from django.utils.http import parse_header_parameters

from storecredit.api import problems

MAX_BODY_BYTES: Final = 64 * 1024
MAX_LARGE_BODY_BYTES: Final = 1024 * 1024


def read_body(request: HttpRequest, *, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """
    The request's body as it was sent.

    :raises TooLarge: if it is longer than `max_bytes`; a declared length is judged before anything is read.
    :raises BadRequest: if the client stopped sending before the end.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    try:
        if length:
            if not (length.isascii() and length.isdigit()):
                raise problems.BadRequest.because("The Content-Length is not a number.")
            if len(length) > 12 or int(length) > max_bytes:
                raise problems.TooLarge(max_bytes=max_bytes)
            body = request.read(int(length))
            if len(body) < int(length):
                raise problems.BadRequest.because("The body is shorter than its Content-Length.")
            return body
        if not request.META.get("HTTP_TRANSFER_ENCODING"):
            return b""
        # Django takes a body without a length for an empty one; this server says that it marks the end itself.
        if not request.META.get("wsgi.input_terminated"):
            raise problems.BadRequest.because("Send the body with a Content-Length.")
        body = _read_chunks(request, max_bytes + 1)
    except (UnreadablePostError, OSError) as error:
        raise problems.BadRequest.because("The body could not be read to its end.") from error
    if len(body) > max_bytes:
        raise problems.TooLarge(max_bytes=max_bytes)
    return body


def _read_chunks(request: HttpRequest, most: int) -> bytes:
    try:
        body: bytes = request.META["wsgi.input"].read(most)
    except Exception as error:  # each server has errors of its own for a malformed chunk, and WSGI names none
        raise OSError("The chunks of the body are malformed.") from error
    return body


def check_media_type(request: HttpRequest, *, body: bytes, body_expected: bool) -> None:
    """
    Take JSON alone, and nothing compressed.

    :param body_expected: False on a route that is documented without a body: nothing may come under any type, and an
        object under none.
    :raises UnsupportedMediaType: for any other type or encoding.
    """
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity"):
        raise problems.UnsupportedMediaType("The body must not be compressed: send it without a Content-Encoding.")
    declared = request.META.get("CONTENT_TYPE") or ""
    if not body and (not declared or not body_expected):
        return
    if not declared and not body_expected:
        return
    if declared == "application/json" or _is_json(declared):
        return
    raise problems.UnsupportedMediaType()


def _is_json(declared: str) -> bool:
    try:
        media_type, parameters = parse_header_parameters(declared)
    except (ValueError, TypeError, LookupError):
        return False
    if str(parameters.get("charset", "utf-8")).lower() not in ("utf-8", "utf8"):
        return False
    kind, _, subtype = media_type.partition("/")
    return media_type == "application/json" or (bool(kind) and subtype.endswith("+json") and subtype != "+json")
