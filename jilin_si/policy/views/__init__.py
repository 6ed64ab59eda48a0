"""The pages of policy: parameters, their changes, the rule book, legal documents, calculators and worked examples."""
