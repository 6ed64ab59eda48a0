"""The addresses of policy. What is public, the API and the estimate, has its own."""

from django.urls import path

from jilin_si.policy.views import calculators, changes, documents, examples, parameters, rulebook

app_name = "policy"

urlpatterns = [
    path("", parameters.parameters, name="parameters"),
    path("two-days/", parameters.two_days, name="two_days"),
    path("parameters/<str:code>/", parameters.parameter, name="parameter"),
    path("parameters/<str:code>/propose/", changes.propose, name="propose"),
    path("parameters/<str:code>/what-if/", changes.what_if, name="what_if"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/effect/", changes.effect, name="effect"),
    path("changes/<int:pk>/approve/", changes.approve, name="approve"),
    path("changes/<int:pk>/withdraw/", changes.withdraw, name="withdraw"),
    path("rules/", rulebook.rulebook, name="rulebook"),
    path("rules/<str:rule_id>/", rulebook.rule, name="rule"),
    path("documents/", documents.documents, name="documents"),
    path("documents/add/", documents.add_document, name="add_document"),
    path("documents/<str:code>/", documents.document, name="document"),
    path("calculators/", calculators.index, name="calculators"),
    path("calculators/<str:name>/", calculators.calculator, name="calculator"),
    path("calculators/<str:name>/examples/", examples.of_calculator, name="run_examples"),
    path("calculators/<str:name>/examples/add/", examples.add, name="add_example"),
    path("examples/", examples.suite, name="examples"),
    path("examples/<int:pk>/retire/", examples.retire, name="retire_example"),
]
