"""Rules over everything that was found in one app, after its last file is read."""
