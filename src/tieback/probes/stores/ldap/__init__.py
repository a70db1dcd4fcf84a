"""LDAP directories: ``probe`` is the conversation, ``messages`` its BER messages."""
