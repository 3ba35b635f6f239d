-- Consent that was taken back by other ways than the registry: it holds until a registry says that it was given anew later.
create table registry.withdrawn_consent (
    practice_id varchar, valid_from date, said_at timestamp, said_by varchar);
-- What had been sent with a practice's figures when it took its consent back: for a person to act on.
create table meeting.sent_before_withdrawal (
    practice_id varchar, request_id varchar, pack_id varchar, sent_at timestamp, sent_by varchar, withdrawn_at timestamp);
-- Files whose rows of an erased practice were taken out: the digest of the bytes that came, and of those that are kept.
-- `why`: erased (it had been brought in before), arrival (the rows came again and were left out).
create table ledger.erased_file (
    source varchar, old_sha256 varchar, new_sha256 varchar, rows_removed bigint, why varchar, happened_at timestamp);
-- Packs that had figures of an erased practice: they cannot be made again as they were.
create table ledger.erased_pack (pack_id varchar, erasure bigint, happened_at timestamp);
