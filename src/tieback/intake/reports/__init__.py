"""Other tools' findings as passive evidence."""
