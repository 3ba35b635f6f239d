{#- A registry delivery is the whole registry: what is the same stays, what differs or is gone is closed, what is new is
    entered. No row is overwritten. -#}
{% set tables = {
    'region': ['region_id', 'region_name'],
    'cluster': ['cluster_id', 'cluster_name', 'region_id'],
    'practice': ['practice_id', 'practice_name', 'opened', 'closed', 'successor_id'],
    'membership': ['practice_id', 'cluster_id', 'valid_from', 'valid_to'],
    'consent': ['practice_id', 'given', 'valid_from', 'valid_to'],
} %}
create or replace temp table incoming_region as
select region_id, any_value(region_name) as region_name from staging.staged group by region_id;
create or replace temp table incoming_cluster as
select cluster_id, any_value(cluster_name) as cluster_name, any_value(region_id) as region_id
from staging.staged group by cluster_id;
create or replace temp table incoming_practice as
select practice_id, any_value(practice_name) as practice_name, min(opened) as opened, max(closed) as closed,
    any_value(successor_id) as successor_id
from staging.staged group by practice_id;
create or replace temp table incoming_membership as
select practice_id, cluster_id, member_from as valid_from, coalesce(member_to, closed) as valid_to from staging.staged;
create or replace temp table incoming_consent as
select practice_id, bool_and(consent = 'yes') as given, min(member_from) as valid_from, null::date as valid_to
from staging.staged where consent is not null group by practice_id;
{% for table, columns in tables.items() %}
update registry.{{ table }} set known_to = {{ now | text }}::timestamp
where known_to is null and not exists (
    select 1 from incoming_{{ table }} as incoming
    where {% for column in columns %}incoming.{{ column }} is not distinct from {{ table }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %});
insert into registry.{{ table }} by name
select incoming.*, {{ extract_id }}::integer as extract_id, {{ now | text }}::timestamp as known_from,
    null::timestamp as known_to
from incoming_{{ table }} as incoming
where not exists (
    select 1 from registry.{{ table }} as held
    where held.known_to is null and {% for column in columns %}held.{{ column }} is not distinct from incoming.{{ column }}{{ ' and ' if not loop.last }}{% endfor %});
{% endfor %}
