"""Requests and the answers they really get."""

from storecredit.api.openapi import Example

APPROVE_CREDIT: tuple[Example, ...] = ()
ATTACH_SOURCE: tuple[Example, ...] = ()
CANCEL_ORDER: tuple[Example, ...] = ()
CHANGE_CHECKOUT: tuple[Example, ...] = ()
CREATE_CHECKOUT: tuple[Example, ...] = ()
CREATE_FULFILLMENT: tuple[Example, ...] = ()
CREATE_ORDER: tuple[Example, ...] = ()
CREATE_REFUND: tuple[Example, ...] = ()
CREATE_SOURCE: tuple[Example, ...] = ()
DELETE_CHECKOUT: tuple[Example, ...] = ()
DETACH_SOURCE: tuple[Example, ...] = ()
LIST_ORDERS: tuple[Example, ...] = ()
LIST_REFUNDS: tuple[Example, ...] = ()
READ_CHECKOUT: tuple[Example, ...] = ()
READ_ORDER: tuple[Example, ...] = ()
READ_REFUND: tuple[Example, ...] = ()
READ_SOURCE: tuple[Example, ...] = ()
RELEASE_CREDIT: tuple[Example, ...] = ()
TAKE_EVENT: tuple[Example, ...] = ()
