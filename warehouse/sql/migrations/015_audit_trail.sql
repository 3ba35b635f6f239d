-- The audit trail: appended to, never changed. `digest` is the sha256 of the digest before and of the row's own content
-- (transforms/audit.py); the one row of audit_head says how far it had come, so that a last row taken away is missed.
create table ledger.audit (
    sequence bigint, happened_at timestamp, who varchar, what varchar, request_id varchar, pack_id varchar, state varchar,
    detail varchar, previous varchar, digest varchar);
create table ledger.audit_head (entries bigint, digest varchar);
insert into ledger.audit_head values (0, '');
