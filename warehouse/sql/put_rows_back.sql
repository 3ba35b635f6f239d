delete from failed
