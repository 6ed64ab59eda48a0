from django.urls import path

from pension.estimate import views

urlpatterns = [path("", views.estimate_page, name="pension_estimate")]
