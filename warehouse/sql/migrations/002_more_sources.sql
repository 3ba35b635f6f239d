-- The facts of the other sources. A count of patients stands for one named group and one window of months that ends with
-- `period`: such counts do not add up. A row of fact.answer is one respondent's answer; the respondent is a code of the
-- questionnaire's own and says nothing of who it is.
create table fact.care_plan (
    practice_id varchar, period date, window_months integer, condition varchar, patient_group varchar,
    sex varchar, age_band varchar,
    patients bigint, out_of bigint,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.answer (
    practice_id varchar, period date, questionnaire varchar, respondent varchar, code varchar, answer varchar,
    answers bigint, score double,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.patient_count (
    practice_id varchar, period date, window_months integer, patient_group varchar, sex varchar, age_band varchar,
    patients bigint,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.registration (
    practice_id varchar, period date, code varchar, patient_group varchar,
    "count" bigint, out_of bigint, minutes double,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.municipal (
    practice_id varchar, period date, municipality varchar, code varchar,
    "count" bigint, overdue bigint,
    extract_id integer, known_from timestamp, known_to timestamp);
create table fact.benchmark (
    area_level varchar, area_id varchar, period date, window_months integer, code varchar, patient_group varchar,
    sex varchar, age_band varchar, origin varchar,
    value double, per integer, numerator double, denominator double,
    extract_id integer, known_from timestamp, known_to timestamp);
