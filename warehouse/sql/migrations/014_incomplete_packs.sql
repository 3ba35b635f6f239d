-- While too few of a cluster have delivered: what its figures must lie between, and who is missing. Made anew with each
-- building of a pack; `report.missing` is for the coordinator alone.
create table report.bound (
    pack_id varchar, measure_id varchar, practices bigint, lower double, upper double, basis varchar, reason varchar
);
create table report.missing (
    pack_id varchar, practice_id varchar, practice_name varchar, label varchar, source varchar, months bigint,
    of_months bigint
);
