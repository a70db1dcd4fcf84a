"""Elasticsearch and OpenSearch: ``probe`` is the conversation, ``answers`` the shapes of what comes back."""
