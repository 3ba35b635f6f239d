-- The extracts whose figures are in the windows, and the registries in use.
with mended as (
    select supplement_to as extract_id, arg_max(rows_staged, extract_id) as rows_mended from ledger.extract
    where supplement_to is not null and promoted_at <= $known_at::timestamp and state = 'promoted' group by all)
select extract_id, source, file_name, sha256, period_start, period_end, status, rows_staged as rows, rows_excluded,
    greatest(coalesce(rows_rejected, 0) - coalesce(rows_mended, 0), 0) as rows_rejected
from ledger.extract left join mended using (extract_id)
where extract_id in (
    select extract_id from ledger.submission
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
      and list_contains($sources, source)
      and (period between $baseline::date and $baseline_end::date
        or period between $followup::date and $followup_end::date))
  or extract_id in (select extract_id from (
    {% include 'registries_in_use.sql' %}
    ))
order by source, period_start, extract_id
