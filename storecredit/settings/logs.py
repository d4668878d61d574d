"""
Logs are lines of JSON on standard error, each with the id of the request that caused it.

They never hold a key, a gift card's code or a body. Nobody logs one on purpose; what is masked here is what arrives
by accident: an address with a code in it, the text of an error, a header that somebody adds to a line one day.
"""

import json
import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MASK = "****"
SECRET_MEMBERS = re.compile(
    r"auth|api.?key|secret|password|token|cookie|^(key|code|codes|body|data|csrf)$", re.IGNORECASE
)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SECRET_TEXTS = (
    # API keys keep their public prefix, by which staff can revoke them.
    (re.compile(r"\b(sc_[A-Za-z0-9]{8})_[A-Za-z0-9]{8,}"), rf"\1_{MASK}"),
    (re.compile(r"\b(Bearer|Basic|Token)\s+[^\s'\",]+", re.IGNORECASE), rf"\1 {MASK}"),
    # Codes in addresses, whatever their shape: a whole segment, but for the ids of cards and transactions.
    (re.compile(r"(/gift_cards/+by_number/+)[^/\s]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"(/gift_cards/+(?:by_id|transactions)/+)(?!{_UUID}\b)[^/\s]+", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(
            r"(/(?:gift_cards|stored_credit_accounts|credit_accounts)/+)(?!(?:by_number|by_id|transactions)/)[^/\s]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # The number of an account may be read; what was sent instead of one may be a code.
    (
        re.compile(r"(/checkouts/+store-credits/+)(?!(?:SC|GC)[0-9]{12}(?!\w))[^/\s]+", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # The link of an invitation.
    (re.compile(r"(/admin/+password/+)[^/\s]+/+[^/\s]+"), rf"\1{MASK}"),
    # And on their own: sixteen characters, in fours or not.
    (
        re.compile(
            r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b"
            r"|\b(?=\w*\d)(?=\w*[A-Z])[0-9A-HJKMNP-TV-Z]{16}\b"
        ),
        MASK,
    ),
    # Whatever follows a question mark: queries carry searches by e-mail.
    (re.compile(r"(?<=[\w/])\?[^\s'\"]+"), ""),
)


# What can be found in a text without an underscore. Keys and the names of the card paths have one; most paths do not,
# and every request is masked.
_FOUND_WITHOUT_UNDERSCORE = tuple((pattern, text) for pattern, text in SECRET_TEXTS if "_" not in pattern.pattern)


def mask(text: str) -> str:
    """Replace what must not be read in a log by asterisks."""
    for pattern, replacement in SECRET_TEXTS if "_" in text else _FOUND_WITHOUT_UNDERSCORE:
        text = pattern.sub(replacement, text)
    return text


def mask_event(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Mask every text of a log line, and whole members whose name says that they are secret."""
    return {name: _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if SECRET_MEMBERS.search(name):
        return MASK
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {inner: _masked(str(inner), content) for inner, content in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", content) for content in value]
    return value


SHARED_PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _without_server_objects(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Django hands its request and status to the log record; the one is no text, the other is logged by us."""
    return {name: value for name, value in event.items() if name not in {"request", "server_time"}}


class RequestLine(logging.Formatter):
    """The line of a request, whose members are known and clean: a fifth of what the general way takes."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record.msg)


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: every logger, Django's own included, through one formatter."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED_PROCESSORS, structlog.stdlib.ExtraAdder()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _without_server_objects,
                    structlog.processors.format_exc_info,
                    mask_event,
                    structlog.processors.JSONRenderer(default=str),
                ],
            },
            "request": {"()": RequestLine},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "requests": {"class": "logging.StreamHandler", "formatter": "request"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print each line once more; the request log says what these two say.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # At DEBUG it writes out what a page was made of, and a page may show a card's code.
            "django.template": {"level": "INFO"},
            "axes": {"level": "WARNING"},
            "storecredit.requests": {"handlers": ["requests"], "level": level, "propagate": False},
        },
    }


def configure_structlog() -> None:
    """Send what is logged through structlog into the standard library's logging, so that there is one way out."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
