"""AMQP 0-9-1, mainly RabbitMQ: ``probe`` is the conversation, ``frames`` the methods of the protocol."""
