"""The ledger of a test, in a file and in a real PostgreSQL."""

from tests.lab.postgres import ledger, ledger_database, ledger_url, open_ledger, postgres, postgres_url

__all__ = ["ledger", "ledger_database", "ledger_url", "open_ledger", "postgres", "postgres_url"]
