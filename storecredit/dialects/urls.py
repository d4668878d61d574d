"""Everything below `/api/v1`: the description, each dialect at its documented paths, and a 404 in the right words."""

from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from storecredit.api.generics import UnknownPath
from storecredit.api.pages import DocsView, SchemaView

urlpatterns = [
    re_path(r"^schema/?$", csrf_exempt(SchemaView.as_view()), name="api-schema"),
    re_path(r"^docs/?$", csrf_exempt(DocsView.as_view()), name="api-docs"),
    path("", include("storecredit.dialects.tiquo.urls")),
    # Of the paths below /gift_cards the literal ones come first, then those that end in one.
    path("", include("storecredit.dialects.lightspeed.urls")),
    path("", include("storecredit.dialects.glu.urls")),
    path("", include("storecredit.dialects.fabric.urls")),
    path("", include("storecredit.dialects.digital_river.urls")),
    path("", include("storecredit.dialects.reports.urls")),
    re_path(r"", UnknownPath.as_view()),
]
