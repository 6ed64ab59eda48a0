"""Acts that touch many rows at once, and what an act is taken back by."""
