"""The nouns of tieback: frozen values, shared by every room. Imports nothing else of tieback."""
