-- One row per practice that took its consent back and pack that had been sent by then.
select practice_id, request_id, pack_id, sent_at, sent_by, withdrawn_at from meeting.sent_before_withdrawal
order by withdrawn_at desc, practice_id, pack_id
