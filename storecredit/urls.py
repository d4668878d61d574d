from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from storecredit.api.generics import UnknownPath
from storecredit.backoffice.access.forgotten import ForgotPassword, PasswordAsked
from storecredit.backoffice.access.invitations import ChoosePassword

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1/", include("storecredit.dialects.urls")),
    re_path(r"^api(?:/.*)?$", UnknownPath.as_view()),
    # The name by which the sign-in page finds that there is such a page.
    path("admin/password/forgotten/", ForgotPassword.as_view(), name="admin_password_reset"),
    path("admin/password/asked/", PasswordAsked.as_view(), name="password-asked"),
    path("admin/password/<uidb64>/<token>/", ChoosePassword.as_view(), name="choose-password"),
    path("admin/", include("storecredit.backoffice.access.signing_in.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "storecredit.outages.answer_failure"
