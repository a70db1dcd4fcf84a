"""Lightweight data-flow analysis of DEX methods: endpoints that code assembles, and constants that no code contacts.

Each folder imports only those before it: ``dex`` reads one file, ``methods`` has what known methods do, and ``code``
has the whole app. ``walk`` follows values forward to calls that contact, ``ends`` follows each constant to what becomes
of it. ``unused`` finds code that cannot run, and ``hosts`` host names without a scheme. ``extract`` joins all of them.
"""
