"""The address of the public check of workbooks."""

from django.urls import path

from enrollment.checker import views

urlpatterns = [path("", views.check_workbook, name="check_workbook")]
