delete from mart.contribution
where package_id = $package_id and baseline_start = $baseline::date and baseline_end = $baseline_end::date
  and followup_start = $followup::date
