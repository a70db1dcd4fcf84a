"""AMQP 0-9-1, RabbitMQ above all: ``probe`` is the conversation, ``frames`` the methods of the protocol."""
