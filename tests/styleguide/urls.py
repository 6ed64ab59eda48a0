"""The application's addresses and, under /style/, pages that show every component with one set of figures."""

from django.urls import path

from jilin_si.urls import handler400, handler403, handler404, handler500  # noqa: F401
from jilin_si.urls import urlpatterns as application
from tests.styleguide import pages

urlpatterns = [
    path("style/desk/", pages.desk, name="style_desk"),
    path("style/record/", pages.record, name="style_record"),
    path("style/grid/", pages.grid, name="style_grid"),
    path("style/grid/row/", pages.grid_row, name="style_grid_row"),
    path("style/grid/check/", pages.grid_check, name="style_grid_check"),
    path("style/remittance/", pages.remittance, name="style_remittance"),
    path("style/portal/", pages.portal, name="style_portal"),
    path("style/states/", pages.states, name="style_states"),
    path("style/form/", pages.StyleFormView.as_view(), name="style_form"),
    path("style/list/", pages.list_page, name="style_list"),
    path("style/search/", pages.search, name="search"),
    path("style/fault/<str:kind>/", pages.fault, name="style_fault"),
    *application,
]
