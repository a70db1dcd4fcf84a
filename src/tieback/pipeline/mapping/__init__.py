"""Endpoints become attributed back ends: hosts, owners, DNS answers, and candidates named by API responses."""
