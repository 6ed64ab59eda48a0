"""The addresses of the pension line."""

from django.urls import path

from pension.estimate import staff
from pension.retiring import views

app_name = "pension"
urlpatterns = [
    path("retiring/", views.retiring_list, name="retiring"),
    path("workers/<int:worker_id>/estimate/", staff.worker_estimate, name="estimate_of"),
]
