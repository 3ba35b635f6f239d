-- A cluster may have windows of another length: those stay. The set `matched` belongs to a pair of windows; `then` and `now` to one window.
delete from mart.measure
where package_id = $package_id
  and ((practice_set = 'then' and window_start = $baseline::date and window_end = $baseline_end::date)
    or (practice_set = 'now' and window_start = $followup::date and window_end = $followup_end::date)
    or (practice_set = 'matched' and window_start = $baseline::date and window_end = $baseline_end::date and compared_with = $followup::date)
    or (practice_set = 'matched' and window_start = $followup::date and window_end = $followup_end::date and compared_with = $baseline::date))
