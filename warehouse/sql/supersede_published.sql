{#- A published figure is replaced by the one that has all of its key; two missing parts are alike. -#}
update {{ table | name }} as held set known_to = $now::timestamp
from staging.staged as came
where held.known_to is null
  and held.extract_id in (select extract_id from ledger.extract where source = $source)
  {%- for column in key %}
  and held.{{ column | name }} is not distinct from came.{{ column | name }}
  {%- endfor %}
