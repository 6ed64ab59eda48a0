"""The addresses. Every app brings its own ``urls.py``; what is listed here is found in this order."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# address prefix, app. An app without pages yet has no urls module and is passed over.
PAGES = (
    ("", "jilin_si.web"),
    ("users/", "jilin_si.users"),
    ("agencies/", "jilin_si.agencies"),
    ("policy/", "jilin_si.policy"),
    ("ledger/", "jilin_si.ledger"),
    ("jobs/", "jilin_si.jobs"),
    ("enrollment/", "enrollment"),
    ("collection/", "collection"),
    ("portal/", "collection.portal"),
    ("check/", "collection.check"),
    ("pension/", "pension"),
    ("unemployment/", "unemployment"),
    ("medical/", "medical"),
    ("injury/", "injury"),
    ("maternity/", "maternity"),
    ("pooling/", "pooling"),
    ("sample/", "sample"),
    ("estimate/", "pension.estimate"),
    ("check-workbook/", "enrollment.checker"),
    ("api/v1/", "jilin_si.policy.api"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("jilin_si.access.urls")),
    *(path(prefix, include(f"{app}.urls")) for prefix, app in PAGES if find_spec(f"{app}.urls")),
]

handler400 = "jilin_si.web.views.bad_request"
handler403 = "jilin_si.web.views.forbidden"
handler404 = "jilin_si.web.views.not_found"
handler429 = "jilin_si.access.signin.too_many_requests"
handler500 = "jilin_si.web.views.server_error"
