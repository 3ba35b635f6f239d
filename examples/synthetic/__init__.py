"""A small invented Danish region: simulated patients, delivered as extracts, with the true figures beside them."""
