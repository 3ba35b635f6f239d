-- What a cluster's baseline meeting asks for: a second look. One row per baseline meeting that was held.
-- state: proposed, confirmed (request_id: the request that it became) or declined; every change has a row in ledger.audit.
create table meeting.follow_up (
    follow_up_id varchar, cluster_id varchar, package_id varchar, baseline_meeting date, state varchar,
    request_id varchar, proposed_at timestamp, decided_at timestamp, decided_by varchar);
-- One row per follow-up and measure that is shown (a row per category of a distribution): how large a change of the
-- cluster such a follow-up could show, in the measure's unit, as far as the newest two windows say when it was proposed.
-- change null: none, or not known; room: what there is to change.
create table meeting.follow_up_reach (
    follow_up_id varchar, measure_id varchar, category varchar, value double, change double, room double);
