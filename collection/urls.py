"""The addresses of the office's pages of collection."""

from django.urls import path

from collection.corrections import views as corrections
from collection.corrections.coverage_page import coverage_case
from collection.office.views import office_account
from collection.supplements.views import rest_list
from collection.views import bills, books, papers, receipts
from collection.views.claims import claim

app_name = "collection"
urlpatterns = [
    path("", bills.month, name="month"),
    path("corrections/", corrections.correction_list, name="corrections"),
    path("corrections/<int:pk>/", corrections.correction, name="correction"),
    path("corrections/<int:pk>/take-up/", corrections.correction_take_up, name="correction_take_up"),
    path("corrections/<int:pk>/counter/", corrections.correction_counter, name="correction_counter"),
    path("workers/<int:worker_id>/correct/<slug:about>/", corrections.correction_new, name="correction_new"),
    path(
        "employers/<int:employer_id>/correct/<slug:about>/",
        corrections.employer_correction_new,
        name="employer_correction_new",
    ),
    path("coverages/<int:entry_id>/take-back/", coverage_case, name="coverage_case"),
    path("arrears/", bills.arrears, name="arrears"),
    path("employers/<int:employer_id>/", bills.employer_bills, name="employer_bills"),
    path("employers/<int:employer_id>/statement/", papers.employer_statement, name="employer_statement"),
    path("employers/<int:employer_id>/claim/", claim, name="claim"),
    path("employers/<int:employer_id>/<str:period>/", bills.bill, name="bill"),
    path("employers/<int:employer_id>/<str:period>/pdf/", papers.bill_pdf, name="bill_pdf"),
    path("statements/<str:code>/<str:file_format>/", papers.statement, name="statement_file"),
    path("receipts/", receipts.receipt_list, name="receipts"),
    path("receipts/enter/", receipts.receipt_enter, name="receipt_enter"),
    path("receipts/files/", receipts.bank_files, name="bank_files"),
    path("receipts/files/<int:file_id>/", receipts.bank_file, name="bank_file"),
    path("receipts/<int:line_id>/", receipts.receipt, name="receipt"),
    path("receipts/<int:line_id>/match/", receipts.receipt_match, name="receipt_match"),
    path("receipts/<int:line_id>/return/", receipts.receipt_return, name="receipt_return"),
    path("periods/", books.periods, name="periods"),
    path("periods/<int:county_id>/<str:period>/close/", books.period_close, name="period_close"),
    path("account/", office_account, name="office_account"),
    path("vouchers/", books.vouchers, name="vouchers"),
    path("vouchers/<int:journal_id>/", books.voucher, name="voucher"),
    path("transfers/rests/", rest_list, name="rests"),
    path("transfers/<int:transfer_id>/form/", papers.transfer_form, name="transfer_form"),
    path("workers/<int:worker_id>/account/", papers.account, name="account"),
    path("workers/<int:worker_id>/account/statement/", papers.account_statement, name="account_statement"),
]
