"""Redis, Valkey and compatible servers: ``probe`` is the conversation, ``keys`` turns names of keys into patterns."""
