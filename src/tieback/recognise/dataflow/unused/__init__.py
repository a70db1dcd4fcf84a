"""Code of an app that cannot run, and constants that only such code has."""
