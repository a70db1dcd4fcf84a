"""The workspace: ledger (SQL) and lake (Parquet)."""
