-- The months behind rates and shares: exact in the mart, rounded and hidden in report.month. Only practices are kept: a
-- cluster's month is summed over the practices that its figure rests on.
create table mart.month (
    package_id varchar, measure_id varchar, practice_id varchar, period date, numerator double, denominator double,
    definition_sha256 varchar, known_at timestamp, run_id varchar
);
create table report.month (
    pack_id varchar, audience varchar, measure_id varchar, level varchar, label varchar, period_start date,
    months bigint, side varchar, meeting boolean, provisional boolean, state varchar, numerator double,
    denominator double, value double
);
