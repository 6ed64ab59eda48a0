"""Only what the office uses of allauth: sign in and out, password, second factor."""

from allauth.account import views as account
from django.urls import include, path

from jilin_si.access import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("2fa/totp/activate/", views.SecondFactorView.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
    # names that allauth's own templates and steps ask for
    path("signup/", views.no_such_page, name="account_signup"),
    path("password/reset/", views.no_such_page, name="account_reset_password"),
    path("email/", views.no_such_page, name="account_email"),
]
