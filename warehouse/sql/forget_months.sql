-- Months are the same whatever windows they lie in; those of an older definition go too.
delete from mart.month
where package_id = $package_id and period between $baseline::date and coalesce($followup_end::date, $baseline_end::date)
