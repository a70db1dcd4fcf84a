"""The nouns of tieback: frozen values that all packages share. Imports nothing else of tieback."""
