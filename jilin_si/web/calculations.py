from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown  # noqa: F401  (moved)
