"""Measurements and long trials; nothing of the product imports it."""
