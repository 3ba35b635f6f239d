-- One row per request, in the order in which they were asked for: a clock may be put back, a number never is.
select request_id, meeting_id as pack_id, cluster_id, package_id, meeting_date, kind, mode,
    coalesce(level, 'practice') as level, coalesce(formats, '') as formats, coalesce(allow_draft, true) as allow_draft,
    data_until, requested_at, requested_by, state, coalesce(reason, '') as reason, waits_until, baseline_from,
    followup_from
from meeting.request
order by length(request_id), request_id
