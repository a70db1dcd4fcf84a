"""FTP: who greets there, and what anonymous may list."""
