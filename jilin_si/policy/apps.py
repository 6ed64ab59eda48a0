from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PolicyConfig(AppConfig):
    name = "jilin_si.policy"
    label = "policy"
    verbose_name = _("Policy")

    def ready(self) -> None:
        from jilin_si.access.rls import append_only
        from jilin_si.policy.bootstrap import load_agency_tree, load_policy, register_step

        append_only("policy_parametervalueevent", "policy_legaldocument", "policy_legaldocumentevent")
        register_step(10, "agencies", load_agency_tree)
        register_step(30, "parameters", load_policy)
        autodiscover_modules("rules")  # every app's calculators register themselves
        _register_pages()


def _register_pages() -> None:
    """What the pages of policy bring to the shell: an entry in the rail, a count, words for states, explanations."""
    from jilin_si.policy.explaining import register_traces
    from jilin_si.policy.views.changes import waiting_count
    from jilin_si.web import desk, navigation, states

    register_traces()
    desk.register_count(desk.CountCard("policy_changes", ("province",), 80, waiting_count))
    navigation.register(
        navigation.NavItem(
            name=_("Policy"),
            icon="adjustments",
            url_name="policy:parameters",
            roles=navigation.STAFF_ROLES,
            order=90,
            match_prefix="/policy/",
        )
    )
    states.register("law", _("Checked"), "good")
    states.register("remembered", _("Inferred"), "warn")
    states.register("illustrative", _("Provisional"), "warn")
    states.register("design", _("Laid down here"), "")
    states.register("what_if", _("What if"), "act")
    states.register("value_proposed", _("Proposed"), "act")
    states.register("value_approved", _("Approved"), "good")
    states.register("value_withdrawn", _("Withdrawn"), "")
