"""FTP: product, and what the account ``anonymous`` may list."""
