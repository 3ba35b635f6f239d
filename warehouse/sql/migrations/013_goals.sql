-- What a cluster agreed on at a meeting: its own words, recorded when told. A goal that is taken back is deleted, for it may
-- hold words that ought never to have been written.
create table meeting.goal (
    cluster_id varchar, package_id varchar, meeting_date date, number bigint, what varchar, who varchar, by_when date,
    measure_id varchar, direction varchar, amount double, amount_is varchar, recorded_at timestamp);
-- The forms that goals came by: one that lies in the inbox is recorded once, however often the inbox is looked through.
create table meeting.goal_form (
    sha256 varchar, cluster_id varchar, package_id varchar, meeting_date date, recorded_at timestamp);
-- The goals that a follow-up pack prints. The outcome of each is the cluster's row of report.figure and nothing else.
create table report.goal (
    pack_id varchar, number bigint, agreed_on date, what varchar, who varchar, by_when date, measure_id varchar,
    direction varchar, amount double, amount_is varchar);
