"""Workspaces to try klyngeflow on, and the generator of the synthetic region."""
