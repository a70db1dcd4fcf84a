"""The queue of the server: jobs in the ledger, each worked on by one child process."""
