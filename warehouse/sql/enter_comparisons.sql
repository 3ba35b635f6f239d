insert into mart.comparison by name
select
    measure_id, category, level, unit_id, 'matched' as practice_set,
    $baseline::date as baseline_start, $baseline_end::date as baseline_end, $known_at::timestamp as baseline_known_at,
    $followup::date as followup_start, $followup_end::date as followup_end,
    before_value as baseline_value, now_value as followup_value, change, change_lower, change_upper, ratio,
    background_ratio, net_ratio, net_lower, net_upper, expected, expected_lower, expected_upper, detectable_change,
    dispersion, drift, cluster_drift, prior_mean, prior_variance, prior_observed, prior_units,
    background_change, background_variance, freedom, concentration, check_bias,
    now_state as state, verdict, verdict_reason, reason, package_id, $run_id as run_id
from frame
