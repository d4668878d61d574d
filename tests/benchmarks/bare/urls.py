"""What everything is measured against: a view that reads and checks a body of the same size and answers one."""

import time
from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class CreditIn(serializers.Serializer[Any]):
    amount = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    note = serializers.CharField(max_length=500, required=False, allow_null=True)


class Bare(APIView):
    authentication_classes = []
    permission_classes = []
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, customer: str) -> Response:
        balances = [{"currency": request.query_params["currency"], "balance": 25}]
        return Response(
            {"success": True, "data": {"customerId": customer, "balances": balances}, "timestamp": time.time()}
        )

    def post(self, request: Request, customer: str) -> Response:
        order = CreditIn(data=request.data)
        order.is_valid(raise_exception=True)
        return Response(
            {
                "success": True,
                "data": {"customerId": customer, "type": "issued", **order.validated_data},
                "timestamp": time.time(),
            },
            status=201,
        )


urlpatterns = [path("api/v1/customers/<str:customer>/store-credit", Bare.as_view())]
