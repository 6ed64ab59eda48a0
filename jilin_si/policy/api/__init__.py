"""The rules for programs: what calculators there are, and what they answer. JSON only, read strictly."""
