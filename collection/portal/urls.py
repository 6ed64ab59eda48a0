"""The addresses of the employers' pages."""

from django.urls import path
from django.views.generic import RedirectView

from collection.portal import views

app_name = "portal"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="portal:home"), name="entrance"),
    path("bills/", views.home, name="home"),
    path("as/<int:employer_id>/", views.switch, name="switch"),
    path("bills/<str:period>/", views.bill, name="bill"),
    path("bills/<str:period>/pdf/", views.bill_pdf, name="bill_pdf"),
    path("statements/", views.statements, name="statements"),
    path("statements/<str:code>/<str:file_format>/", views.statement_file, name="statement_file"),
    path("declarations/", views.declarations, name="declarations"),
    path("people/", views.people, name="people"),
]
