"""Kafka: ``probe`` is the conversation, ``messages`` the requests and answers of its protocol."""
