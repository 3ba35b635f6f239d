-- A request is what somebody asked for, the state it is in, why and until when it waits, and, once it is ready, the
-- windows that its pack is made of. Every change of `state` has a row in ledger.audit.
-- level: practice (a report for each member) or cluster; formats: with commas between; data_until: the first day of the
-- last month that the figures must hold, null for the newest that is delivered; mode null: as the registry says.
alter table meeting.request add column level varchar;
alter table meeting.request add column formats varchar;
alter table meeting.request add column allow_draft boolean;
alter table meeting.request add column data_until date;
alter table meeting.request add column baseline_from date;
alter table meeting.request add column followup_from date;
alter table meeting.request add column reason varchar;
alter table meeting.request add column waits_until date;

-- An order form that came through the inbox: the same bytes are not taken twice, also where a request was cancelled since.
create table meeting.order_form (sha256 varchar, file_name varchar, received_at timestamp, received_by varchar);
