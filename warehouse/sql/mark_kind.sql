-- A file put back on purpose ranks with the highest correction it meets, and came after it.
update ledger.extract as own set kind = $kind, correction = greatest($correction, coalesce((
    select max(other.correction) from ledger.extract as other
    where other.source = own.source and other.state = 'promoted' and other.extract_id <> own.extract_id
      and other.period_start <= own.period_end and other.period_end >= own.period_start
      and exists (
        select 1 from ledger.extract as same
        where same.source = own.source and same.sha256 = own.sha256 and same.status = own.status
          and same.state = 'promoted' and same.extract_id < own.extract_id
          and same.period_start = own.period_start and same.period_end = own.period_end)), 0))
where extract_id = $extract_id
