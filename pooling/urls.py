"""The addresses of pooling."""

from django.urls import path, register_converter

from jilin_si.periods import format_period, parse_period
from pooling.views import dashboard, month, plan, unit

app_name = "pooling"


class PeriodConverter:
    """``1996-05`` in an address."""

    regex = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> object:
        return parse_period(value)

    def to_url(self, value: object) -> str:
        return value if isinstance(value, str) else format_period(value)  # type: ignore[arg-type]


register_converter(PeriodConverter, "period")

urlpatterns = [
    path("", dashboard.remittances, name="remittances"),
    path("units/<int:code>/", unit.unit, name="unit"),
    path("month/", month.current, name="current_month"),
    path("month/<period:period>/", month.month, name="month"),
    path("month/<period:period>/start/", month.start, name="start"),
    path(
        "month/<period:period>/redistribution/", month.propose_redistribution, name="propose_redistribution"
    ),
    path("month/<period:period>/pensions/", month.pensions, name="pensions"),
    path("month/<period:period>/close/", month.close, name="close"),
    path("runs/<int:run_id>/", month.run_progress, name="progress"),
    path("runs/<int:run_id>/retry/", month.retry, name="retry"),
    path("remittances/<int:remittance_id>/confirm/", month.confirm, name="confirm"),
    path("remittances/<int:remittance_id>/receive/", month.receive, name="receive"),
    path(
        "redistributions/<int:redistribution_id>/approve/",
        month.approve_redistribution,
        name="approve_redistribution",
    ),
    path("plan/", plan.latest, name="latest_plan"),
    path("plan/<int:fee_year>/", plan.plan, name="plan"),
    path("plan/<int:fee_year>/propose/", plan.propose, name="propose_plan"),
    path("plan/<int:fee_year>/approve/", plan.approve, name="approve_plan"),
    path("plan/<int:fee_year>/<int:code>/", plan.adjust, name="adjust_plan"),
]
