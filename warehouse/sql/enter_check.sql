insert into ledger."check" by name
select $extract_id::integer as extract_id, $check_id as check_id, $rule as rule, $column_names as column_names,
    $severity as severity, $outcome as outcome, $rows_checked::bigint as rows_checked,
    $rows_failed::bigint as rows_failed, $example_rows as example_rows, $why_da as why_da, $why_en as why_en,
    $checked_at::timestamp as checked_at
