"""Redis, Valkey and their kin: ``probe`` is the conversation, ``keys`` turns names of keys into patterns."""
