"""Find mobile apps whose back ends are open, measure what is exposed, and track each case until it is fixed."""

__version__ = "0.2.0.dev0"
