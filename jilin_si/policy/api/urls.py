"""Addresses under /api/v1/."""

from django.urls import path

from jilin_si.policy.api import views

urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="api_schema"),
    path("calculators/", views.CalculatorsView.as_view(), name="api_calculators"),
    path("calculate/<str:name>/", views.CalculateView.as_view(), name="api_calculate"),
]
