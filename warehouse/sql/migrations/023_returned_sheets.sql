-- A filled counting sheet or answer form that was taken: the same bytes are not taken twice, also where what was in them
-- has been withdrawn since. It names no respondent.
create table meeting.returned_sheet (
    sha256 varchar, kind varchar, file_name varchar, package_id varchar, version varchar, practice_id varchar, period date,
    received_at timestamp, received_by varchar);

-- What clusters answered about a package, by the version they had: one row is one answer to one question of one form.
-- The form is its digest; `practice_id` is whom it was sent to.
create table meeting.feedback (
    sha256 varchar, package_id varchar, version varchar, cluster_id varchar, practice_id varchar, meeting_month date,
    question_id varchar, answer varchar, received_at timestamp);

-- Own registrations are now replaced code by code, and questionnaires one by one: what stood for a whole month of a
-- practice stands for each code, or questionnaire, that its file held.
insert into ledger.coverage by name
select old.extract_id, old.source, old.practice_id, old.period, held.code as slice,
    count(fact.code) as rows, count(fact.code) > 0 as submitted, old.known_from, old.known_to
from ledger.coverage as old
join (select distinct extract_id, code from fact.registration) as held using (extract_id)
left join fact.registration as fact
    on fact.extract_id = old.extract_id and fact.practice_id = old.practice_id and fact.period = old.period
    and fact.code = held.code
where old.source = 'registrations' and old.slice = ''
group by all;
insert into ledger.coverage by name
select old.extract_id, old.source, old.practice_id, old.period, held.questionnaire as slice,
    count(fact.code) as rows, old.submitted, old.known_from, old.known_to
from ledger.coverage as old
join (select distinct extract_id, questionnaire from fact.answer) as held using (extract_id)
left join fact.answer as fact
    on fact.extract_id = old.extract_id and fact.practice_id = old.practice_id and fact.period = old.period
    and fact.questionnaire = held.questionnaire
where old.source = 'questionnaire' and old.slice = ''
group by all;
delete from ledger.coverage
where slice = '' and (
    source = 'registrations' and extract_id in (select extract_id from fact.registration)
    or source = 'questionnaire' and extract_id in (select extract_id from fact.answer));
