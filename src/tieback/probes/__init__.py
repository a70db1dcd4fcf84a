"""Read-only conversations with data stores: one file a store, sans-I/O, every send declared."""
