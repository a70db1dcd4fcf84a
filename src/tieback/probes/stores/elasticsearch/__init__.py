"""Elasticsearch and OpenSearch: ``probe`` is the conversation, ``answers`` the shapes of the JSON answers."""
