select code, coalesce(patient_group, '') as patient_group, period, "count", out_of, minutes, extract_id
from fact.registration
where practice_id = $practice_id and period between $start::date and $end::date and known_to is null
  and extract_id in (select extract_id from ledger.extract where source = 'registrations')
