"""The runs of the past in one SQLite file: what is kept, how they add up, what to look out for (docs/history.md)."""
