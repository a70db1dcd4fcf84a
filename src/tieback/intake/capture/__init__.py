"""A live run: a proxy in a child process, and the way in to a device."""
