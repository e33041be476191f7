"""XMPP server-side spaces (XEP-0503) as code."""

__version__ = "0.1.0"
