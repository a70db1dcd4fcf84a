"""Tools that openback compares tieback with: a module per tool, of the name that ``run`` takes.

Each module has ``TOPICS``, ``version()`` and ``answer(cases, folder)``. Its docstring has the settings of the tool,
and how its words become claims. Modules with a leading underscore are shared. ``inside`` runs in the environment of
a tool and imports only the standard library and the tool. ``tools/install-peers`` installs the tools; see
README.md.
"""
