select count(*) from ledger.run where state = 'running'
