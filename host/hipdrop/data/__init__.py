"""Data that ship with the package; origin and licence in ATTRIBUTION.md."""
