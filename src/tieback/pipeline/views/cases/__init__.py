"""Cases: the list, one case, its letters, and the log of all cases."""
