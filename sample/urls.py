"""The addresses of the sample."""

from django.urls import path

from sample import views

app_name = "sample"
urlpatterns = [path("practice/", views.practice, name="practice")]
