-- The set `matched` belongs to a pair of windows; `then` and `now` to one window.
delete from mart.measure
where package_id = $package_id
  and ((practice_set = 'then' and window_start = $baseline::date)
    or (practice_set = 'now' and window_start = $followup::date)
    or (practice_set = 'matched' and window_start = $baseline::date and compared_with = $followup::date)
    or (practice_set = 'matched' and window_start = $followup::date and compared_with = $baseline::date))
