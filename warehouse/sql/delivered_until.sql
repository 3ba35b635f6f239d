select source, max(period) from ledger.submission where known_to is null and list_contains($sources, source) group by source
