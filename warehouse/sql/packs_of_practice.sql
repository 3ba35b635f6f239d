-- Packs of the clusters that a practice is or was a member of, rendered or not.
select distinct pack_id, package_id, cluster_id, printed from (
    select pack_id, package_id, cluster_id, pack_id in (select pack_id from meeting.report) as printed from report.pack
    union
    select meeting_id, package_id, cluster_id, meeting_id in (select pack_id from meeting.report) from meeting.request)
where cluster_id in (select cluster_id from registry.membership where practice_id = $practice_id
    union select cluster_id from registry.delivered where practice_id = $practice_id)
order by pack_id
