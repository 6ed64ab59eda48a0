"""Mutation testing of the rules: each small wrong change to a rule must make a test fail (docs/mutants.md)."""
