delete from mart.month
where package_id = $package_id and definition_sha256 = $definition
  and period between $baseline::date and coalesce($followup_end::date, $baseline_end::date)
