insert into meeting.figure by name
select *, $printed_at::timestamp as printed_at from report.figure where pack_id = $pack_id
