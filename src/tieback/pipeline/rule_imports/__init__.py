"""Rules of other tools as rules of users: one file per tool. What does not map is refused by name, with the reason."""
