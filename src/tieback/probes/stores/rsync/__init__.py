"""The rsync daemon: modules, and the files of those that allow anonymous access."""
