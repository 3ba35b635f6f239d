select (select count(*) from closing), (select count(*) from reopening), (select count(*) from outranked)
