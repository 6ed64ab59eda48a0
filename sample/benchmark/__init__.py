"""Measure the month against a bare COPY of the same rows, in the same run and in a database of its own."""
