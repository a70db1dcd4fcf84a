"""The code of a whole app: its classes, callers, fields, names from outside, and the values that these can have."""
