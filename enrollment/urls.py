"""The addresses of the registry."""

from django.urls import path

from enrollment.views import declarations, employers, imports, search, workers

app_name = "enrollment"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("employers/", employers.employer_list, name="employers"),
    path("employers/new/", employers.employer_new, name="employer_new"),
    path("employers/<int:pk>/", employers.employer, name="employer"),
    path("employers/<int:pk>/coverage/", employers.coverage, name="coverage"),
    path("employers/<int:pk>/enrol/", workers.enrol, name="enrol"),
    path("employers/<int:pk>/enrol/told/", workers.told_by_number, name="told_by_number"),
    path("employers/<int:pk>/declare/", declarations.start, name="declare"),
    path("employers/<int:pk>/import/", imports.import_roster, name="import_roster"),
    path("rosters/<int:pk>/", imports.roster, name="roster"),
    path("rosters/<int:pk>/store/", imports.roster_store, name="roster_store"),
    path("rosters/<int:pk>/wrong/", imports.roster_wrong, name="roster_wrong"),
    path("workers/", workers.workers, name="workers"),
    path("workers/<int:pk>/", workers.worker, name="worker"),
    path("workers/<int:pk>/number/", workers.whole_number, name="whole_number"),
    path("workers/<int:pk>/leave/", workers.leave, name="leave"),
    path("declarations/", declarations.declaration_list, name="declarations"),
    path("declarations/<int:pk>/", declarations.declaration, name="declaration"),
    path("declarations/<int:pk>/row/", declarations.row, name="declaration_row"),
    path("declarations/<int:pk>/check/", declarations.check, name="declaration_check"),
    path("declarations/<int:pk>/side/", declarations.side, name="declaration_side"),
    path("declarations/<int:pk>/draft/", declarations.draft, name="declaration_draft"),
    path("declarations/<int:pk>/withdraw/", declarations.withdraw, name="declaration_withdraw"),
    path("declarations/<int:pk>/approve/", declarations.approve, name="declaration_approve"),
    path("declarations/<int:pk>/return/", declarations.send_back, name="declaration_return"),
]
