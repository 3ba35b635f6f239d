select min(period), max(period) from staging.staged
