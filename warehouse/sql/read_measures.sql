select * from mart.measure
where package_id = $package_id and definition_sha256 = $definition
  and ((window_start = $baseline::date and window_end = $baseline_end::date)
    or (window_start = $followup::date and window_end = $followup_end::date))
order by measure_id, level, unit_id, practice_set, window_start
