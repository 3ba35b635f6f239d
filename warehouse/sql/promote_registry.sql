{#- The table as it is told now: what is the same stays, what differs or is gone is closed, what is new is entered. No
    row is overwritten. -#}
update registry.{{ table | name }} set known_to = $now::timestamp
where known_to is null and not exists (
    select 1 from told
    where {% for column in columns %}told.{{ column | name }} is not distinct from registry.{{ table | name }}.{{ column | name }}{{ ' and ' if not loop.last }}{% endfor %})
