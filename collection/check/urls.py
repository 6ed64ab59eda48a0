"""The addresses of the public check of papers."""

from django.urls import path

from collection.check import views

app_name = "check"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("<str:code>/", views.statement, name="statement"),
]
