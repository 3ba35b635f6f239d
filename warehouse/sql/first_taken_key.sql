-- The first row whose key the mended extract has as a fact already.
select min(staged.row_number) from staging.staged as staged
semi join (from {{ table | name }} where extract_id = $mended) as held
on {% for column in key %}staged.{{ column | name }} is not distinct from held.{{ column | name }}{{ ' and ' if not loop.last }}{% endfor %}
