update meeting.request set state = $state, reason = $reason, waits_until = $waits_until::date,
    baseline_from = $baseline_from::date, followup_from = $followup_from::date
where request_id = $request_id
