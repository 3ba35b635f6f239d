"""Pure rules: definitions, contracts, measures, comparison, disclosure. Imports nothing of ours."""
