-- Letters can end (a handover, a cluster that outgrew them): the old ones are kept. Why a figure of a pack is hidden is for
-- the quality unit alone; what is printed is one marker.
alter table meeting.letter add column ended_at timestamp;
alter table meeting.letter add column why varchar;
create table mart.hidden (
    pack_id varchar, package_id varchar, measure_id varchar, category varchar, level varchar, unit_id varchar,
    side varchar, rule varchar);
