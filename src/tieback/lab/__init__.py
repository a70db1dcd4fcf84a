"""Labelled data stores on loopback, with their grant."""
