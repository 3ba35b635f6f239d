-- The rendered and delivered requests of the clusters that a practice is or was a member of.
select request_id, pack_id, state from (
    select request_id, meeting_id as pack_id, cluster_id, state, requested_at from meeting.request) as request
where state in ('rendered', 'delivered')
  and cluster_id in (select cluster_id from registry.membership where practice_id = $practice_id)
order by requested_at, request_id
