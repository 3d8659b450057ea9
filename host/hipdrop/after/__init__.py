"""After the run: zero-phase analysis, report, exports, imports, history, many recordings at once (docs/report.md)."""
