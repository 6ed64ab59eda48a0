"""Rosters from Excel and CSV: read in a process of its own, understood, checked, previewed, stored."""
