"""Operator tasks: export, rebuild of the search index, backup, restore."""
