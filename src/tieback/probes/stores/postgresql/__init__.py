"""PostgreSQL: ``probe`` is the conversation, ``session`` logs in and asks, ``queries`` is all SQL that goes out."""
