"""MongoDB: ``probe`` is the conversation, ``commands`` every message it may send, ``answers`` reads what returns."""
