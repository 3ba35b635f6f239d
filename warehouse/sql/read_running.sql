-- The owner of each run that is not known to have ended; null for one of before owners were kept.
select owner from ledger.run where state = 'running'
