"""The report of one run, or of several beside each other: one page without scripts or network (docs/report.md)."""
