-- Each reader's own practice as it was first printed: exact, unlike everything else that is printed.
select measure_id, category, audience as unit_id, now_numerator as printed_numerator, now_denominator as printed_denominator
from meeting.figure
where pack_id = $pack_id and own and level = 'practice' and printed_at = (
    select min(printed_at) from meeting.figure where pack_id = $pack_id)
order by measure_id, category, audience
