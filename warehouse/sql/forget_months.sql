-- Those of an older definition go too.
delete from mart.month
where package_id = $package_id and first_month = $baseline::date
  and last_month = coalesce($followup_end::date, $baseline_end::date)
