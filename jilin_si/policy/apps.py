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

        append_only("policy_parametervalueevent")
        register_step(10, "agencies", load_agency_tree)
        register_step(30, "parameters", load_policy)
        autodiscover_modules("rules")  # every app's calculators register themselves
