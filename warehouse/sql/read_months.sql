-- One row per measure, practice and month, of the practices that were ever in one cluster.
select measure_id, practice_id, unnest(periods) as period, unnest(numerators) as numerator,
    unnest(denominators) as denominator
from mart.month
where package_id = $package_id and definition_sha256 = $definition and first_month = $baseline::date
  and last_month = coalesce($followup_end::date, $baseline_end::date)
  and practice_id in (select practice_id from registry.membership where known_to is null and cluster_id = $cluster_id)
order by measure_id, practice_id, period
