"""The addresses of what belongs to no app."""

from django.urls import path

from jilin_si.web import drafts, list_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("notices/", views.notices, name="notices"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/<slug:key>/", drafts.draft, name="draft"),
    path("lists/columns/", list_views.columns, name="list_columns"),
    path("lists/save/", list_views.save, name="list_save"),
    path("lists/<int:pk>/delete/", list_views.delete, name="list_delete"),
    path("trace/<slug:kind>/<str:key>/", views.trace, name="trace"),
    path("language/", views.set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
]
