"""The addresses of what belongs to no app."""

from django.urls import path

from jilin_si.web import bulk_views, drafts, list_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("notices/", views.notices, name="notices"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/<slug:key>/", drafts.draft, name="draft"),
    path("lists/columns/", list_views.columns, name="list_columns"),
    path("lists/save/", list_views.save, name="list_save"),
    path("lists/<int:pk>/delete/", list_views.delete, name="list_delete"),
    path("lists/acts/<slug:name>/", bulk_views.act_page, name="bulk_act"),
    path("lists/runs/", bulk_views.runs_page, name="bulk_runs"),
    path("lists/runs/<int:pk>/", bulk_views.run_page, name="bulk_run"),
    path("trace/<slug:kind>/<str:key>/", views.trace, name="trace"),
    path("language/", views.set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
]
