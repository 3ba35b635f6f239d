insert into meeting.sent_before_withdrawal by name
select $practice_id as practice_id, $request_id as request_id, $pack_id as pack_id, sent.happened_at as sent_at,
    sent.who as sent_by, $now::timestamp as withdrawn_at
from (
    select max(happened_at) as happened_at, max_by(who, sequence) as who from ledger.audit
    where request_id = $request_id and state = 'delivered') as sent
