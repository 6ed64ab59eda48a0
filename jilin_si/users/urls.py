"""The addresses of users and of what is held off."""

from django.urls import path

from jilin_si.users import views, views_held, views_roles

app_name = "users"

urlpatterns = [
    path("", views.user_list, name="users"),
    path("new/", views.user_new, name="user_new"),
    path("held-off/", views_held.held_off_list, name="held_off"),
    path("held-off/<int:pk>/", views_held.release, name="release"),
    path("<int:pk>/", views.user, name="user"),
    path("<int:pk>/name/", views.user_name, name="user_name"),
    path("<int:pk>/roles/", views_roles.give, name="give_role"),
    path("roles/<int:pk>/", views_roles.days, name="change_days"),
    path("roles/<int:pk>/take/", views_roles.take, name="take_role"),
    path("<int:pk>/<slug:act>/", views.user_act, name="user_act"),
]
