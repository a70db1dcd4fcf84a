"""MongoDB: ``probe`` is the conversation, ``commands`` has all messages that it may send, ``answers`` reads replies."""
