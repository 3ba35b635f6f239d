select pack_id from report.pack order by pack_id
