"""A live run through a proxy in a child process."""
