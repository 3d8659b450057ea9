"""Many recordings at once, over all cores or a cluster, into one Parquet data set (docs/many.md)."""
