-- What a standardised figure rests on, who the patients are, and which practices have patients like them.
-- `reference` is the region's own value: standardised = numerator / expected * reference, in the measure's unit.
alter table mart.measure add column reference double;
alter table mart.measure add column standardised_reason varchar;
-- One row per unit and window. Patients are the average of the window's months; a share is null where age bands cut
-- through it. `list_size` is patients per practice and month.
create table mart.profile (
    level varchar, unit_id varchar, window_start date, window_end date, region_id varchar,
    practices bigint, patients double, women double, age_0_17 double, age_65 double, age_80 double,
    list_size double, share_women double, share_0_17 double, share_65 double, share_80 double, mean_age double,
    known_at timestamp, run_id varchar);
-- A practice's nearest practices of its region by profile. It says who is like whom, so it never leaves the mart.
create table mart.likeness (
    practice_id varchar, window_start date, window_end date, neighbour_id varchar, distance double,
    known_at timestamp, run_id varchar);
create table report.profile (
    pack_id varchar, audience varchar, level varchar, practices bigint, list_size double, share_women double,
    share_0_17 double, share_65 double, share_80 double, mean_age double);
