-- What stands and why: every practice, month and slice that an extract decides, also where another one outranks it
-- (`known_from` = `known_to`: kept, and never in use); what was taken back; how a file relates to the others.
alter table ledger.extract add column kind varchar;
alter table ledger.extract add column correction integer;
alter table ledger.extract add column supplement_to integer;
update ledger.extract set kind = 'full', correction = 0 where state = 'promoted';

create table ledger.coverage (
    extract_id integer, source varchar, practice_id varchar, period date, slice varchar, rows bigint, submitted boolean,
    known_from timestamp, known_to timestamp);
create table ledger.withdrawal (
    extract_id integer, practice_id varchar, why varchar, withdrawn_at timestamp, withdrawn_by varchar);

alter table ledger.submission add column slice varchar;
update ledger.submission set slice = '';
insert into ledger.coverage
with counted as (
    select extract_id, practice_id, period, known_from, count(*) as rows from fact.prescription group by all
    union all
    select extract_id, practice_id, period, known_from, count(*) from fact.service group by all
    union all
    select extract_id, practice_id, period, known_from, count(*) from fact.list_size group by all)
select held.extract_id, held.source, held.practice_id, held.period, '', coalesce(counted.rows, 0), true,
    held.known_from, held.known_to
from ledger.submission as held left join counted
    on counted.extract_id = held.extract_id and counted.practice_id = held.practice_id
    and counted.period = held.period and counted.known_from = held.known_from;

alter table report.source add column rows_rejected bigint;

-- One row per practice, source and month between the first and the last that anybody submitted. `state`: figures, zero,
-- provisional, in_part (rows of the file behind it were rejected), not_submitted, not_applicable (not open then).
create view ledger.submission_state as
with months as (
    select source, unnest(generate_series(min(period), max(period), interval 1 month))::date as period
    from ledger.coverage where known_to is null group by source),
mended as (
    select supplement_to as extract_id, arg_max(rows_staged, extract_id) as rows from ledger.extract
    where state = 'promoted' and supplement_to is not null group by all),
held as (
    select coverage.source, coverage.practice_id, coverage.period,
        bool_or(coverage.submitted) as submitted, sum(coverage.rows)::bigint as rows,
        bool_or(came.status = 'provisional') as provisional,
        bool_or(came.supplement_to is null and coalesce(came.rows_rejected, 0) > coalesce(mended.rows, 0)) as in_part,
        string_agg(distinct came.file_name, ', ' order by came.file_name) as files
    from ledger.coverage as coverage
    join ledger.extract as came using (extract_id)
    left join mended using (extract_id)
    where coverage.known_to is null group by all)
select practice.practice_id, months.source, months.period,
    case
        when (practice.opened > last_day(months.period) or practice.closed < months.period) and coalesce(held.rows, 0) = 0
            then 'not_applicable'
        when held.submitted and held.provisional then 'provisional'
        when held.submitted and held.in_part then 'in_part'
        when held.submitted and held.rows = 0 then 'zero'
        when held.submitted then 'figures'
        else 'not_submitted' end as state,
    held.rows, held.files
from (
    select practice_id, min(opened) as opened, max(closed) as closed from registry.practice
    where known_to is null group by practice_id) as practice
cross join months
left join held using (practice_id, source, period);
