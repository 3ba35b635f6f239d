-- Checks that did not pass, or could not be asked: of the extracts in use, and of refused ones that nothing accepted has replaced since.
select extract.source, extract.file_name, check_id, severity, outcome, rows_failed, rows_checked,
    case when $language = 'en' then why_en else why_da end as why, found
from ledger."check" as "check" join ledger.extract as extract using (extract_id)
where outcome <> 'passed'
  and (list_contains($extracts, extract_id)
    or (extract.state = 'refused' and severity = 'critical' and outcome <> 'not_asked' and list_contains($sources, extract.source)
        and extract.period_start <= $span_end::date and extract.period_end >= $span_start::date
        and not exists (
            select 1 from ledger.extract as later
            where later.source = extract.source and later.state = 'promoted' and later.extract_id > extract.extract_id
              and later.period_start <= extract.period_start and later.period_end >= extract.period_end)))
order by case severity when 'critical' then 0 when 'warning' then 1 else 2 end, extract.source, extract.file_name, check_id
