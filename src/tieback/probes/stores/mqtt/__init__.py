"""MQTT brokers: ``probe`` is the conversation, ``packets`` the few packets of 3.1.1 and 5 that it needs."""
