"""Credits on orders: four moves a view. Read, call once, show; refusals go to the dialect's table."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from giftcards.errors import CardNotFound
from giftcards.operations import seal_number
from giftcards.queries import get_card, is_code_of, open_card_code
from ledger.errors import DomainError
from ledger.operations import Actor
from ledger.queries import list_reasons
from storecredit.api.body import MAX_LARGE_BODY_BYTES
from storecredit.api.idempotency import Outcome
from storecredit.api.issuing import await_turn, find_limit_of_owner
from storecredit.api.json_text import Json
from storecredit.api.openapi import describe
from storecredit.api.problems import BadRequest, Fault, FaultKind, KeyReused, Problem, Refused
from storecredit.api.rights import Right
from storecredit.api.scopes import Scope
from storecredit.api.views import DialectView
from storecredit.credits import operations, queries
from storecredit.credits.operations import NUMBER, Decision, Order, OrderKind, Party, RequestStatus
from storecredit.credits.queries import CreditRequest
from storecredit.dialects.fabric import serializers
from storecredit.dialects.fabric.errors import REQUEST_ID, Fabric, echo
from storecredit.dialects.fabric.serializers import described

_TENANT: Final = re.compile(r"[!-~]{24}", re.ASCII)
_CHANNELS: Final = ("12", "13")
_BY_NAME: Final = {"kind": "orderName", "order": "orderNameValue"}


class FabricView(DialectView):
    dialect = Fabric()
    path_names = {"order": "orderId"}

    @property
    def actor(self) -> Actor:
        """The caller as the books write it down, with its own id of the request if it sent one."""
        given = echo(HttpResponse(), self.http).get(REQUEST_ID)
        return self.caller.actor(door="api:fabric", request_id=given) if given else super().actor

    @property
    def party(self) -> Party:
        """The caller, and the person behind it."""
        return Party(actor=self.actor, person_id=self.caller.owner_id, client_id=self.caller.client_id)

    def answer(self, text: Json, *, status: int = 200) -> HttpResponse:
        """An answer that is JSON text already."""
        return echo(super().answer(text, status=status), self.http)

    def find_order(self, kind: OrderKind, text: str) -> Order:
        """
        The order that the path names, at the tenant and in the channel that the headers name.

        :raises Refused: if no order can be called that.
        :raises BadRequest: if the headers do not say what they must.
        """
        value = serializers.read_order(kind, text)
        if value is None:
            raise Refused("No order can have this id or number.", status=404, code="order_not_found")
        headers = {"tenant": self.http.headers.get("x-fabric-tenant-id", "")}
        headers["channel"] = self.http.headers.get("x-fabric-channel-id", "")
        faults = [
            Fault(FaultKind.MISSING, f"x-fabric-{name}-id is required.", f"x-fabric-{name}-id")
            for name, said in headers.items()
            if not said
        ]
        tenant, channel = headers["tenant"], headers["channel"]
        if tenant and (not _TENANT.fullmatch(tenant) or self.caller.tenant not in ("", tenant)):
            complaint = "x-fabric-tenant-id must be the tenant of this API key, 24 characters."
            faults.append(Fault(FaultKind.HEADER, complaint, "x-fabric-tenant-id"))
        if channel and channel not in _CHANNELS:
            faults.append(Fault(FaultKind.HEADER, "x-fabric-channel-id must be 12 or 13.", "x-fabric-channel-id"))
        if faults:
            raise BadRequest.of(faults)
        return Order(kind=kind, value=value, tenant=tenant, channel=channel)

    def object_id(self, order: Order) -> str:
        """What makes two requests speak of the same order."""
        return f"{order.kind}:{order.value}:{order.tenant}:{order.channel}"


class CreateCredits(FabricView):
    scopes = {"POST": Scope.CREDITS_REQUEST}
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @describe(described.CREATE_CREDITS)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.create(kind, order)

    def create(self, kind: OrderKind, text: str) -> HttpResponse:
        """Ask for all credits of the body, or for none."""
        draft = self.draft(serializers.CreditsIn)
        order = self.find_order(kind, text)
        key = self.read_key()
        body = draft.accept()
        numbers: list[str] = []
        self.look_up_several([credit.number for credit in body.credits])

        def ask() -> Json:
            currencies = [credit.wanted().amount.currency.code for credit in body.credits]
            await_turn(caller=self.caller, currencies=currencies, now=self.now)
            decisions = [self.ask_for(order, credit, place) for place, credit in enumerate(body.credits)]
            shown = [
                number_to_show(decision, credit.number)
                for decision, credit in zip(decisions, body.credits, strict=True)
            ]
            numbers[:] = [number for number in shown if number is not None]
            requests = [decision.request for decision in decisions]
            return serializers.show_credits(
                requests,
                whole=[number is not None for number in shown],
                chances=queries.get_chances(requests=requests, just_asked=True),
            )

        outcome = self.once(ask, key=key, body=body, object_id=self.object_id(order), status=200)
        if outcome.replayed:
            numbers[:] = self.find_numbers(outcome, order, [credit.number for credit in body.credits])
        return self.answer_outcome(outcome, serializers.put_numbers(outcome.answer, numbers))

    def look_up_several(self, numbers: Sequence[str | None]) -> None:
        """
        Look up what a body names many of before its transaction begins: each miss is then counted for all to see at
        once, and not only when the request is over.

        :raises LookUpsStopped: if the client has guessed too often, with or without these.
        """
        named = [number for number in numbers if number is not None]
        if len(named) < 2 or self.caller.record is not None:
            return
        for number in named:
            with suppress(CardNotFound):
                get_card(code=number, test_mode=self.caller.test_mode, now=self.now)

    def ask_for(self, order: Order, credit: serializers.CreditIn, place: int) -> Decision:
        """
        Ask for one credit of the body.

        :raises Problem: for what is refused, named by its place.
        """
        wanted = credit.wanted()
        try:
            [decision] = operations.request_credits(
                order=order,
                wanted=[wanted],
                party=self.party,
                now=self.now,
                test_mode=self.caller.test_mode,
                # What the person behind the key may not issue by themself, no policy issues for them.
                for_staff=find_limit_of_owner(caller=self.caller, amount=wanted.amount) is not None,
            )
            if decision.transaction is not None:
                self.require_issue(wanted.amount)
        except DomainError as error:
            refused = self.dialect.word(error)
            if refused is None:
                raise
            raise _name_place(refused, error, place) from error
        return decision

    def find_numbers(self, outcome: Outcome, order: Order, sent: Sequence[str | None]) -> list[str]:
        """
        The numbers of an answer that is given again: as they were sent, else those of the cards that it made.

        :raises KeyReused: if the request names another number than the earlier one.
        """
        marked = serializers.read_marked(outcome.answer)
        found = queries.list_requests_of_order(
            kind=order.kind, value=order.value, tenant=order.tenant, test_mode=self.caller.test_mode
        ).in_bulk([credit_id for _, credit_id, _ in marked] if marked else [])
        return [find_number(found[credit_id], sent[place], confirmed) for place, credit_id, confirmed in marked]


class CreateCreditsByName(CreateCredits):
    path_names = _BY_NAME

    @describe(described.CREATE_CREDITS_BY_NAME)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.create(kind, order)


class UpdateCreditStatus(FabricView):
    scopes = {"POST": (Scope.CREDITS_APPROVE, Scope.CREDITS_REQUEST)}

    @describe(described.UPDATE_CREDIT_STATUS)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.update(kind, order)

    def update(self, kind: OrderKind, text: str) -> HttpResponse:
        """Bring a credit of the order into a status."""
        draft = self.draft(serializers.StatusIn)
        order = self.find_order(kind, text)
        key = self.read_key()
        body = draft.accept()
        credit = self.find_credit(order, body.credit_id)
        numbers: list[str] = []

        def set_status() -> Json:
            decision = operations.set_status(
                request_id=credit.pk,
                status=RequestStatus(body.status_code),
                party=self.party,
                now=self.now,
                may_decide=Scope.CREDITS_APPROVE in self.caller.scopes,
                note=body.note,
                attributes=body.attributes,
                version=body.version,
            )
            number = number_to_show(decision, body.number)
            numbers[:] = [number] if number is not None else []
            return serializers.show_credit(
                decision.request, whole=number is not None, approvals_missing=decision.approvals_missing
            )

        outcome = self.once(set_status, key=key, body=body, object_id=self.object_id(order), status=200)
        if outcome.replayed:
            numbers[:] = [
                find_number(credit, body.number, confirmed)
                for _, _, confirmed in serializers.read_marked(outcome.answer)
            ]
        return self.answer_outcome(outcome, serializers.put_numbers(outcome.answer, numbers))

    def find_credit(self, order: Order, credit_id: UUID) -> CreditRequest:
        """
        The credit that the body names.

        :raises RequestNotFound: if it was not made for this order, at this tenant and in the key's mode.
        """
        return queries.get_request_of_order(
            request_id=credit_id,
            kind=order.kind,
            value=order.value,
            tenant=order.tenant,
            test_mode=self.caller.test_mode,
        )


class UpdateCreditStatusByName(UpdateCreditStatus):
    path_names = _BY_NAME

    @describe(described.UPDATE_CREDIT_STATUS_BY_NAME)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.update(kind, order)


class CheckCreditsEligibility(FabricView):
    scopes = {"POST": Scope.CREDITS_REQUEST}
    rights = {"POST": (Right.VIEW_REQUESTS,)}

    @describe(described.CHECK_ELIGIBILITY)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.check(kind, order)

    def check(self, kind: OrderKind, text: str) -> HttpResponse:
        """Say what can be asked for."""
        draft = self.draft_nothing()
        self.find_order(kind, text)
        draft.accept()
        policy = queries.find_default_policy(client_id=self.caller.client_id)
        return self.answer(serializers.show_eligibility(text, list_reasons(), policy))


class CheckCreditsEligibilityByName(CheckCreditsEligibility):
    path_names = _BY_NAME

    @describe(described.CHECK_ELIGIBILITY_BY_NAME)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.check(kind, order)


class ListCredits(FabricView):
    scopes = {"POST": Scope.CREDITS_REQUEST}
    rights = {"POST": (Right.VIEW_REQUESTS,)}

    @describe(described.LIST_CREDITS)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.list_credits(kind, order)

    def list_credits(self, kind: OrderKind, text: str) -> HttpResponse:
        """The order's credits, oldest first."""
        draft = self.draft(serializers.CreditFilter)
        order = self.find_order(kind, text)
        body = draft.accept()
        offset, limit = body.offset or 0, body.limit or serializers.PAGE_SIZE
        found = queries.list_requests_of_order(
            kind=order.kind,
            value=order.value,
            tenant=order.tenant,
            test_mode=self.caller.test_mode,
            status=body.status_code or "",
            created_from=body.created_from,
            created_to=body.created_to,
        )
        shown = found[offset : offset + limit]
        return self.answer(serializers.show_list(shown, offset=offset, limit=limit, count=found.count()))


class ListCreditsByName(ListCredits):
    path_names = _BY_NAME

    @describe(described.LIST_CREDITS_BY_NAME)
    def post(self, request: HttpRequest, order: str, kind: OrderKind = OrderKind.ID) -> HttpResponse:
        return self.list_credits(kind, order)


def number_to_show(decision: Decision, sent: str | None) -> str | None:
    """The number that an answer shows whole: the one that was sent if the credit is for it, else one just told."""
    if decision.code is not None:
        return sent if sent is not None and _is_same(sent, decision.code) else decision.code
    is_kept = sent is not None and decision.request.attributes.get(NUMBER) == serializers.mask(sent)
    return sent if is_kept else None


def find_number(request: CreditRequest, sent: str | None, confirmed: bool) -> str:
    """
    The number that an earlier answer showed whole, which no stored answer holds.

    :param confirmed: whether the credit was confirmed by then.
    :raises KeyReused: if another was sent then.
    """
    card = request.issued_card if confirmed else request.payee_card
    if card is not None:
        if sent is not None and is_code_of(code=sent, card=card):
            return sent
        if confirmed:
            return open_card_code(card=card)
    sealed = request.sealed_number
    others = [card is not None, sealed is not None and sealed.digest not in _digests_of(sent)]
    if sent is None or (request.version == 1 and any(others)):
        raise KeyReused
    return sent


def _is_same(one: str, other: str) -> bool:
    return bool(set(_digests_of(one)) & set(_digests_of(other)))


def _digests_of(number: str | None) -> Sequence[str]:
    sealed = seal_number(number) if number is not None else None
    return sealed.digests if sealed else ()


def _name_place(refused: Refused, error: DomainError, place: int) -> Problem:
    """The refusal of one credit of several, named by its place and, where a member is to blame, by that."""
    way = f"credits[{place}]"
    if refused.status_code != 400:
        return Refused(f"{way}: {refused.message}", status=refused.status_code, code=refused.stable_code)
    first = refused.message.partition(" ")[0]
    if first[:1].islower():  # the wording begins with the member's own name
        return BadRequest.because(f"{way}.{refused.message}", kind=FaultKind.VALUE, member=f"{way}.{first}")
    member = getattr(error, "member", "attributes")
    where = f"{way}.{member}" if member == "attributes" else f"{way}.attributes.{member}"
    return BadRequest.because(f"{where}: {refused.message}", kind=FaultKind.VALUE, member=where)
