"""MySQL and MariaDB: ``probe`` is the conversation, ``session`` logs in and queries, ``queries`` has all statements."""
