-- A practice's months of a measure as one row: a national round has five million of them, and what repeats itself in each
-- was most of what the mart wrote. Nothing is carried over: a pack is built on months that were computed just before.
drop table mart.month;
create table mart.month (
    package_id varchar, measure_id varchar, practice_id varchar, first_month date, last_month date, periods date[],
    numerators double[], denominators double[], definition_sha256 varchar, known_at timestamp, run_id varchar
);
