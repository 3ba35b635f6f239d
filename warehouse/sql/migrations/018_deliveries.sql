-- Whose each rendered file is: cluster, coordinator, or a practice's number. Null: rendered before this was kept.
alter table meeting.report add column audience varchar;

-- One row per pack, recipient and version: what one recipient gets, and how far it has come. Rows are never deleted.
-- recipient: member (unit_id is the practice), coordinator or cluster (unit_id is the cluster).
-- version: 1, and one more each time the files differ from those that were delivered before.
-- folder: the unguessable name below outbox/modtagere/; the same in every version; null where nothing is made.
-- state: prepared (the name is given, the files may lie there), delivered, replaced (a later version was delivered),
-- withheld (nothing was sent, reason says why), withdrawn (it was sent, and the consent was taken back since).
create table meeting.delivery (
    pack_id varchar, request_id varchar, recipient varchar, unit_id varchar, version integer, folder varchar,
    content_sha256 varchar, state varchar, reason varchar, changed_at timestamp);
-- The files of one version for one recipient, with the sha256 of their bytes as they lie in the folder. A sealed letter
-- key is new bytes each time it is sealed: sealed_from is the sha256 of the plain key, null for every other file.
create table meeting.delivery_file (
    pack_id varchar, recipient varchar, unit_id varchar, version integer, file_name varchar, sha256 varchar,
    sealed_from varchar);

-- One row per e-mail notice, entered before it is sent; message_id never changes, so that a second copy can be told.
-- kind: ready, corrected, reminder. state: queued (also after a refusal for now), sent, unknown (it may have arrived: only a
-- person or a receipt decides), refused (reason says what to do), dropped (a person or a withdrawn consent decided so).
create table meeting.notice (
    notice_id varchar, message_id varchar, kind varchar, pack_id varchar, request_id varchar, cluster_id varchar,
    recipient varchar, unit_id varchar, version integer, address varchar, subject varchar, body varchar, state varchar,
    attempts integer, try_after timestamp, reason varchar, noticed_on date, changed_at timestamp);

-- The public key that a cluster's letter keys were sealed to, and from when: another key is another coordinator.
create table meeting.coordinator_key (cluster_id varchar, public_key varchar, since timestamp);
