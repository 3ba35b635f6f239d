{#- A row of the file counts once, however many staged rows or faults it has. -#}
select
    (select {% if entries > 1 %}count(distinct {{ row_number }}) from typed where true{% if exclusions %} and _excluded = 0{% endif %} and _given and {{ row_number }} not in (select row_number from rejected){% elif one_of_each %}count(*) from typed where _faults is null{% if exclusions %} and _excluded = 0{% endif %}{% if reshaped %} and _given{% endif %}{% else %}count(*) from staged{% endif %}),
    (select count(distinct row_number) from excluded),
    (select count(distinct row_number) from rejected),
    (select count(*) from staged)
