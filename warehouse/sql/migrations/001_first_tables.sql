-- The tables of docs/data-flow.md. Keys are kept by checks and by the promoting statements, not by constraints:
-- the same schema must be able to live in a catalogue that has none.
create schema if not exists registry;
create schema if not exists fact;
create schema if not exists ledger;
create schema if not exists mart;
create schema if not exists report;
create schema if not exists meeting;

create table registry.region (
    region_id varchar, region_name varchar,
    extract_id integer, known_from timestamp, known_to timestamp);
create table registry.cluster (
    cluster_id varchar, cluster_name varchar, region_id varchar,
    extract_id integer, known_from timestamp, known_to timestamp);
create table registry.practice (
    practice_id varchar, practice_name varchar, opened date, closed date, successor_id varchar,
    extract_id integer, known_from timestamp, known_to timestamp);
create table registry.membership (
    practice_id varchar, cluster_id varchar, valid_from date, valid_to date,
    extract_id integer, known_from timestamp, known_to timestamp);
create table registry.consent (
    practice_id varchar, given boolean, valid_from date, valid_to date,
    extract_id integer, known_from timestamp, known_to timestamp);

create table fact.prescription (
    practice_id varchar, period date, code varchar, indication varchar, sex varchar, age_band varchar,
    items bigint, ddd double,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.service (
    practice_id varchar, period date, code varchar, sex varchar, age_band varchar,
    services bigint,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.list_size (
    practice_id varchar, period date, sex varchar, age_band varchar,
    patients double,
    extract_id integer, known_from timestamp, known_to timestamp);

create table ledger.extract (
    extract_id integer, source varchar, file_name varchar, sha256 varchar, bytes bigint,
    period_start date, period_end date, status varchar,
    state varchar, reason varchar,
    rows_read bigint, rows_staged bigint, rows_excluded bigint, rows_rejected bigint,
    received_at timestamp, received_by varchar, promoted_at timestamp);
create table ledger.submission (
    practice_id varchar, source varchar, period date, extract_id integer, known_from timestamp, known_to timestamp);
create table ledger."check" (
    extract_id integer, check_id varchar, rule varchar, column_names varchar, severity varchar, outcome varchar,
    rows_checked bigint, rows_failed bigint, example_rows varchar, why_da varchar, why_en varchar, checked_at timestamp);
create table ledger.rejected_row (
    extract_id integer, row_number bigint, column_name varchar, rule varchar, value varchar);
create table ledger.run (
    run_id varchar, flow varchar, started_at timestamp, ended_at timestamp, state varchar, summary varchar);

create table mart.measure (
    package_id varchar, measure_id varchar, category varchar, level varchar, unit_id varchar, practice_set varchar,
    window_start date, window_end date, compared_with date, numerator double, denominator double, value double,
    lower double, upper double, expected double, standardised double, standardised_lower double,
    standardised_upper double, state varchar, known_at timestamp, definition_sha256 varchar, run_id varchar);
create table mart.comparison (
    package_id varchar, measure_id varchar, category varchar, level varchar, unit_id varchar, practice_set varchar,
    baseline_start date, baseline_end date, baseline_known_at timestamp, followup_start date, followup_end date,
    baseline_value double, followup_value double, change double, change_lower double, change_upper double,
    ratio double, background_ratio double, net_ratio double, net_lower double, net_upper double,
    expected double, expected_lower double, expected_upper double, detectable_change double,
    state varchar, verdict varchar, reason varchar, run_id varchar);

create table report.pack (
    pack_id varchar, package_id varchar, cluster_id varchar, cluster_name varchar, region_name varchar,
    kind varchar, mode varchar, meeting_date date, before_start date, before_end date, now_start date, now_end date,
    practices_members bigint, practices_delivered bigint, practices_matched bigint,
    example_data boolean, language varchar);
create table report.figure (
    pack_id varchar, audience varchar, measure_id varchar, level varchar, label varchar, own boolean,
    before_state varchar, before_numerator double, before_denominator double, before_value double,
    before_lower double, before_upper double,
    now_state varchar, now_numerator double, now_denominator double, now_value double,
    now_lower double, now_upper double,
    change double, change_lower double, change_upper double, ratio double, comparable boolean, reason varchar);
create table report.source (
    pack_id varchar, source varchar, file_name varchar, sha256 varchar, period_start date, period_end date,
    status varchar, rows bigint, rows_excluded bigint);
create table report."check" (
    pack_id varchar, source varchar, file_name varchar, check_id varchar, severity varchar, outcome varchar,
    rows_failed bigint, rows_checked bigint, why varchar);
create table report.note (pack_id varchar, change varchar, practices bigint);

create table meeting.meeting (
    meeting_id varchar, cluster_id varchar, package_id varchar, meeting_date date, kind varchar);
create table meeting.request (
    request_id varchar, meeting_id varchar, cluster_id varchar, package_id varchar, meeting_date date, kind varchar,
    mode varchar, requested_at timestamp, requested_by varchar, state varchar);
create table meeting.report (
    pack_id varchar, request_id varchar, file_name varchar, sha256 varchar, rendered_at timestamp);
create table meeting.letter (
    cluster_id varchar, package_id varchar, practice_id varchar, letter varchar, drawn_at timestamp);
create table meeting.figure as select * from report.figure limit 0;
alter table meeting.figure add column printed_at timestamp;
