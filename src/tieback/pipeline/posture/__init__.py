"""The owner's cloud accounts: export import, join with a run, and the section of the report."""
