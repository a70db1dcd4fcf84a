"""Back ends from endpoints: names, addresses, providers, owners, and candidates behind an API."""
