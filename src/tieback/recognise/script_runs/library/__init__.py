"""What a platform of scripts has: methods of texts, lists and objects, and what sends requests."""
