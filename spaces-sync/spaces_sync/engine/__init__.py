"""Reads the services and carries out plans, over the ports."""
