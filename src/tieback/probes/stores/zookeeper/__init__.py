"""ZooKeeper: ``probe`` is the conversation, ``jute`` the records of its protocol."""
