"""Texts that are read as an address: URLs, hosts, connection strings, resources of clouds, and what each names."""
