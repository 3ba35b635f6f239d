{#- One row per practice and month that this delivery decides: its practices over the whole period it covers, a month
    without a row included. What a final delivery has decided, a provisional one leaves alone. -#}
create or replace temp table accepted as
select listed.practice_id, covered.period
from (
    {% if listed %}select practice_id from registry.practice where known_to is null
    {% else %}select distinct practice_id from staging.staged
    {% endif %}) as listed
cross join (select unnest(generate_series($period_start::date, $period_end::date, interval 1 month))::date as period) as covered
{% if provisional %}
where not exists (
    select 1 from ledger.submission as held join ledger.extract using (extract_id)
    where held.known_to is null and held.source = {{ source | text }} and ledger.extract.status = 'final'
      and held.practice_id = listed.practice_id and held.period = covered.period)
{% endif %}
