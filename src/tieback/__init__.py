"""tieback finds mobile apps whose back ends are open, measures what they show, and follows them until they are tied."""

__version__ = "0.1.0"
