"""Prefect: order, retries; the command line; settings."""
