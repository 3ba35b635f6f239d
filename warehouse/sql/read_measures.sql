select * from mart.measure
where package_id = $package_id and definition_sha256 = $definition
  and ((practice_set = 'then' and window_start = $baseline::date and window_end = $baseline_end::date)
    or (practice_set = 'now' and window_start = $followup::date and window_end = $followup_end::date)
    or (practice_set = 'matched' and window_start = $baseline::date and window_end = $baseline_end::date and compared_with = $followup::date)
    or (practice_set = 'matched' and window_start = $followup::date and window_end = $followup_end::date and compared_with = $baseline::date))
order by measure_id, level, unit_id, practice_set, window_start, category
