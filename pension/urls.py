"""The addresses of the pension line."""

from django.urls import path

from pension.retiring import views

app_name = "pension"
urlpatterns = [path("retiring/", views.retiring_list, name="retiring")]
