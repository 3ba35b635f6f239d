-- One row per pack that was printed and when it was printed first, with its windows as they are in report.pack.
select pack.pack_id, pack.package_id, pack.cluster_id, pack.before_start, pack.before_end, pack.now_start, pack.now_end,
    (select min(printed_at) from meeting.figure as printed where printed.pack_id = pack.pack_id) as printed_at
from report.pack as pack
where pack.pack_id in (select pack_id from meeting.figure) order by pack_id
