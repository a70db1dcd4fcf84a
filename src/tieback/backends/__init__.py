"""Endpoints become back ends: names, addresses, owners, and what may stand behind an API."""
