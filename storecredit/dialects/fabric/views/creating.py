from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.response import Response

from ledger.errors import DomainError, named_by_place
from storecredit.api.body import MAX_LARGE_BODY_BYTES
from storecredit.api.generics import KeyRule
from storecredit.api.idempotency import Outcome
from storecredit.api.issuing import await_turn, find_limit_of_owner
from storecredit.api.json_text import Json
from storecredit.api.permissions import HasScope
from storecredit.api.problems import BadRequest, FaultKind, Problem, Refused
from storecredit.api.schema import examples_of
from storecredit.api.scopes import Scope
from storecredit.api.serializers import Validated
from storecredit.credits import operations, queries
from storecredit.credits.operations import Decision, NewRequest, Order
from storecredit.dialects.fabric import examples
from storecredit.dialects.fabric.serializers.credits import OrderCredits, look_at_several, put_numbers, read_marked
from storecredit.dialects.fabric.serializers.numbers import find_number, number_to_show
from storecredit.dialects.fabric.serializers.requests import OrderCreditsCreate, read_number, wanted_by
from storecredit.dialects.fabric.views.base import NO_ORDER, ByName, FabricView


class _CreateCredits(FabricView):
    permission_classes = [HasScope(Scope.CREDITS_REQUEST)]
    idempotency = {"POST": KeyRule.OPTIONAL}
    max_body_bytes = MAX_LARGE_BODY_BYTES

    @extend_schema(
        description="Asks for credits: all of them or none. They wait as `PENDING` until another person approves them, "
        "unless an approval policy covers this key: then they are `CONFIRMED` at once. Orders are references; any "
        "well-formed one is taken.",
        request=OrderCreditsCreate,
        responses={
            200: OpenApiResponse(OrderCredits, "The credits, in the order of the request."),
            403: "A credit that the policy covers is above what its client may issue, at once or in a day.",
            **NO_ORDER,
            422: "A credit that the policy covers could not be issued.",
        },
    )
    def post(self, request: Any, **path: Any) -> Response:
        order = self.find_order(**path)
        key = self.read_key()
        body = self.read(OrderCreditsCreate)
        sent = [read_number(credit.get("attributes")) for credit in body["credits"]]
        numbers: list[str] = []
        named = [number for number in sent if number is not None]
        if len(named) > 1 and self.caller.record is None:
            queries.look_up_numbers(numbers=named, test_mode=self.caller.test_mode, now=self.now)

        def ask() -> Json:
            currencies = [credit["currency"] for credit in body["credits"]]
            await_turn(caller=self.caller, currencies=currencies, now=self.now)
            decisions = self.ask_for(order, body["credits"])
            shown = [number_to_show(decision, number) for decision, number in zip(decisions, sent, strict=True)]
            numbers[:] = [number for number in shown if number is not None]
            requests = [decision.request for decision in decisions]
            answer = look_at_several(
                requests,
                whole=[number is not None for number in shown],
                chances=queries.get_chances(requests=requests, just_asked=True),
            )
            return OrderCredits.shared().to_text(answer)

        outcome = self.once(ask, key=key, body=body, object_id=self.object_id(order), status=200)
        if outcome.replayed:
            numbers[:] = self.find_numbers(outcome, order, sent)
        return self.show_outcome(outcome, self.reveal(order, put_numbers(outcome.answer, numbers)))

    def ask_for(self, order: Order, credits: Sequence[Validated]) -> list[Decision]:
        """
        Ask for the credits of the body.

        :raises Problem: for what is refused, named by its place.
        """
        wanted = [self.want(credit) for credit in credits]
        try:
            decisions = operations.request_credits(
                order=order,
                wanted=wanted,
                party=self.party,
                now=self.now,
                test_mode=self.caller.test_mode,
            )
            for place, (decision, one) in enumerate(zip(decisions, wanted, strict=True)):
                if decision.transaction is not None:
                    with named_by_place(place):
                        self.require_issue(one.amount)
        except DomainError as error:
            refused = self.dialect.word(error)
            if refused is None or error.place is None:
                raise
            raise _name_place(refused, error, error.place) from error
        return decisions

    def want(self, credit: Validated) -> NewRequest:
        """What a credit of the body asks for."""
        wanted = wanted_by(credit)
        # What the person behind the key may not issue by themself, no policy issues for them.
        return replace(wanted, for_staff=find_limit_of_owner(caller=self.caller, amount=wanted.amount) is not None)

    def find_numbers(self, outcome: Outcome, order: Order, sent: Sequence[str | None]) -> list[str]:
        """
        The numbers of an answer that is given again.

        :raises KeyReused: if the request names another number than the earlier one.
        """
        marked = read_marked(outcome.answer)
        found = self.list_of_order(order).in_bulk([credit_id for _, credit_id, _ in marked] if marked else [])
        return [find_number(found[credit_id], sent[place], confirmed) for place, credit_id, confirmed in marked]


@extend_schema_view(
    post=extend_schema(summary="Create credits by order id", examples=examples_of(examples.CREATE_CREDITS))
)
class CreateCredits(_CreateCredits):
    pass


@extend_schema_view(
    post=extend_schema(
        summary="Create credits by a name of the order", examples=examples_of(examples.CREATE_CREDITS_BY_NAME)
    )
)
class CreateCreditsByName(ByName, _CreateCredits):
    pass


def _name_place(refused: Refused, error: DomainError, place: int) -> Problem:
    """The refusal of one credit of several, named by its place and, where a member is to blame, by that."""
    way = f"credits[{place}]"
    if refused.status_code != 400:
        return Refused(f"{way}: {refused.message}", status=refused.status_code, code=refused.code)
    first = refused.message.partition(" ")[0]
    if first[:1].islower():  # the wording begins with the member's own name
        return BadRequest.because(f"{way}.{refused.message}", kind=FaultKind.VALUE, member=f"{way}.{first}")
    member = getattr(error, "member", "attributes")
    where = f"{way}.{member}" if member == "attributes" else f"{way}.attributes.{member}"
    return BadRequest.because(f"{where}: {refused.message}", kind=FaultKind.VALUE, member=where)
