select respondent, code, answer
from fact.answer
where practice_id = $practice_id and questionnaire = $questionnaire and period = $period::date and known_to is null
  and extract_id in (select extract_id from ledger.extract where source = 'questionnaire')
order by all
