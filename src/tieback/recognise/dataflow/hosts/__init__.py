"""Constants that are only a host name, which the code around them uses as the name of a server."""
