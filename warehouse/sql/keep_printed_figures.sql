-- What was printed is kept for good; the same figures printed again are not entered twice.
insert into meeting.figure by name
select *, $printed_at::timestamp as printed_at
from (
    select * from report.figure where pack_id = $pack_id
    except
    select * exclude (printed_at) from meeting.figure where pack_id = $pack_id)
