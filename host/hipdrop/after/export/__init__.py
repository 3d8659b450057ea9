"""Exports of a run, one format a file: csv, parquet, sto (OpenSim), fit (docs/export.md)."""
