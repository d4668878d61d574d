from django.urls import path

from storecredit.dialects.reports import reconciling, views

urlpatterns = [
    path("reports/liability", views.Liability.as_view()),
    path("reports/roll-forward", views.RollForward.as_view()),
    path("reports/ageing", views.Ageing.as_view()),
    path("reports/journal", views.Journal.as_view()),
    path("reports/cuts", views.Cuts.as_view()),
    path("reports/reconciliations", reconciling.Reconciliations.as_view()),
    path("reports/reconciliations/<str:run>", reconciling.Reconciliation.as_view()),
]
