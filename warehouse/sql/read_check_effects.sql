-- How far off, by failed checks, the extracts are whose figures lie in the windows: what came over what was to be expected.
-- Practices and regions that are missing altogether are not submitted, and move no figure of those that are there.
select distinct extract.source, effect
from ledger."check" as "check" join ledger.extract as extract using (extract_id)
where outcome = 'failed' and effect > 0 and not list_contains($of_presence, rule)
  and extract_id in (
    select extract_id from ledger.submission
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
      and (period between $baseline::date and $baseline_end::date
        or period between $followup::date and $followup_end::date))
