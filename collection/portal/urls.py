"""The addresses of the employers' pages."""

from django.urls import path
from django.views.generic import RedirectView

from collection.portal import corrections, declaring, views

app_name = "portal"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="portal:home"), name="entrance"),
    path("bills/", views.home, name="home"),
    path("as/<int:employer_id>/", views.switch, name="switch"),
    path("bills/<str:period>/", views.bill, name="bill"),
    path("bills/<str:period>/pdf/", views.bill_pdf, name="bill_pdf"),
    path("statements/", views.statements, name="statements"),
    path("statements/<str:code>/<str:file_format>/", views.statement_file, name="statement_file"),
    path("declarations/", views.declarations, name="declarations"),
    path("declarations/start/", declaring.start, name="declare"),
    path("declarations/name/", declaring.name_people, name="name_people"),
    path("declarations/<int:pk>/", declaring.declaration, name="declaration"),
    path("declarations/<int:pk>/row/", declaring.row, name="declaration_row"),
    path("declarations/<int:pk>/check/", declaring.check, name="declaration_check"),
    path("declarations/<int:pk>/side/", declaring.side, name="declaration_side"),
    path("declarations/<int:pk>/draft/", declaring.draft, name="declaration_draft"),
    path("declarations/<int:pk>/people/", declaring.people, name="declaration_people"),
    path("declarations/<int:pk>/excel/", declaring.excel, name="declaration_excel"),
    path("declarations/<int:pk>/workbook/", declaring.workbook, name="declaration_workbook"),
    path("declarations/<int:pk>/withdraw/", declaring.withdraw, name="declaration_withdraw"),
    path("sheets/<int:pk>/", declaring.sheet, name="sheet"),
    path("sheets/<int:pk>/take/", declaring.sheet_take, name="sheet_take"),
    path("people/", views.people, name="people"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<int:pk>/", corrections.correction, name="correction"),
    path("corrections/new/<slug:about>/", corrections.correction_new, name="correction_new"),
    path(
        "people/<int:worker_id>/correct/<slug:about>/",
        corrections.correction_new,
        name="correction_of_worker",
    ),
]
