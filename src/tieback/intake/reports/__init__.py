"""Importers of other tools' findings, as passive evidence."""
