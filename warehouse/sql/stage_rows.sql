{#- One pass over the file: every row of it (once for each entry of a wide contract) with its cells typed, which rules
    exclude it and which cells could not be read. Row numbers follow from the order, so that pieces of the file can be
    read at once. A column's origin is a position, a constant, positions joined by a hyphen, or nothing. -#}
{%- macro raw(position) -%}
{%- if kind == 'parquet' -%}trim(p{{ position }}){%- elif padded -%}trim(c{{ position + numbered }}){%- else -%}c{{ position + numbered }}{%- endif -%}
{%- endmacro -%}
{%- macro present(position) -%}
{%- if other_marks -%}
case when {{ raw(position) }} in ({% for mark in missing %}{{ mark | text }}{{ ', ' if not loop.last }}{% endfor %}) then null else {{ raw(position) }} end
{%- elif padded and missing -%}nullif({{ raw(position) }}, ''){%- else -%}{{ raw(position) }}{%- endif -%}
{%- endmacro -%}
{%- macro origin(source) -%}
{%- if source.positions | length > 1 -%}
({% for position in source.positions %}{{ present(position) }}{{ " || '-' || " if not loop.last }}{% endfor %})
{%- elif source.positions -%}{{ present(source.positions[0]) }}
{%- elif source.constant is not none -%}{{ source.constant | text }}
{%- else -%}null::varchar{%- endif -%}
{%- endmacro -%}
{%- macro spelt(column, cell) -%}
{%- if column.spelling -%}
case when regexp_full_match({{ cell }}, {{ column.spelling.pattern | text }})
    then lpad(regexp_extract({{ cell }}, {{ ('^(?:' ~ column.spelling.pattern ~ ')$') | text }}, 1), greatest({{ column.spelling.width }}, length(regexp_extract({{ cell }}, {{ ('^(?:' ~ column.spelling.pattern ~ ')$') | text }}, 1)))::integer, '0')
    else {{ cell }} end
{%- else -%}{{ cell }}{%- endif -%}
{%- endmacro -%}
{%- macro digits(cell) -%}
{% if file.thousands %}replace({{ cell }}, {{ file.thousands | text }}, ''){% else %}{{ cell }}{% endif %}
{%- endmacro -%}
{%- macro number(cell) -%}
case when regexp_full_match({{ cell }}, {{ number_pattern | text }})
    and isfinite(try_cast(replace({{ digits(cell) }}, {{ file.decimal | text }}, '.') as double))
    then try_cast(replace({{ digits(cell) }}, {{ file.decimal | text }}, '.') as double) end
{%- endmacro -%}
{#- Never by way of a double, which holds whole numbers exactly to 16 digits only. What is written as the engine writes
    it needs no closer look. -#}
{%- macro integer(cell) -%}
case when try_cast({{ cell }} as bigint)::varchar = {{ cell }} then try_cast({{ cell }} as bigint)
    when regexp_full_match({{ cell }}, {{ integer_pattern | text }})
    then try_cast(regexp_replace({{ digits(cell) }}, {{ no_fraction | text }}, '') as bigint) end
{%- endmacro -%}
{%- macro moment(cell, formats) -%}
try_strptime({{ cell }}, {% if formats | length == 1 %}{{ formats[0] | text }}{% else %}[{% for each in formats %}{{ each | text }}{{ ', ' if not loop.last }}{% endfor %}]{% endif %})
{%- endmacro -%}
{%- macro typed(column, cell) -%}
{%- if column.type == 'integer' -%}{{ integer(cell) }}
{%- elif column.type == 'number' -%}{{ number(cell) }}
{%- elif column.type == 'month' -%}date_trunc('month', {{ moment(cell, column.formats) }})::date
{%- elif column.type == 'date' -%}{{ moment(cell, column.formats) }}::date
{%- elif column['values'] -%}
case {{ cell }} {% for written, meaning in column['values'].items() %}when {{ written | text }} then {{ meaning | text }} {% endfor %}end
{%- else -%}{{ spelt(column, cell) }}
{%- endif -%}
{%- endmacro -%}
{%- macro excluded() -%}
({% for rule in exclusions %}case when coalesce(trim({{ raw(rule.position) }}), '') in ({% for kept in rule.keep %}{{ kept | text }}{{ ', ' if not loop.last }}{% endfor %}) then 0 else {{ 2 ** loop.index0 }} end{{ ' + ' if not loop.last }}{% endfor %})::bigint
{%- endmacro -%}
{%- macro struct(entry) -%}
{ {%- for source in entry.sources %}'cell_{{ loop.index0 }}': {{ origin(source) }}, {% endfor -%} '_given': {{ given(entry) }} }
{%- endmacro -%}
{%- macro given(entry) -%}
({% for source in entry.sources if source.leading %}{{ origin(source) }} is not null{{ ' or ' if not loop.last }}{% else %}true{% endfor %})
{%- endmacro -%}
{%- macro plain(cell, written) -%}
{%- set column = '"' ~ cell | replace('"', '""') ~ '"' -%}
{%- if written == 'float' -%}
case when {{ column }}::double = trunc({{ column }}::double) and abs({{ column }}::double) < 9007199254740992
    then {{ column }}::bigint::varchar else replace({{ column }}::varchar, '.', {{ file.decimal | text }}) end
{%- elif written == 'decimal' -%}replace({{ column }}::varchar, '.', {{ file.decimal | text }})
{%- elif written == 'moment' -%}
case when {{ column }} = date_trunc('day', {{ column }}) then {{ column }}::date::varchar else {{ column }}::varchar end
{%- else -%}{{ column }}::varchar
{%- endif -%}
{%- endmacro -%}
create table typed as
with cells as (
    select {% if numbered %}c0::bigint as _row, {% endif %}{% if exclusions %}{{ excluded() }} as _excluded, {% endif %}
    {% if entries | length > 1 %}
        unnest([{% for entry in entries %}{{ struct(entry) }}{{ ', ' if not loop.last }}{% endfor %}], max_depth := 2)
    {% else %}
        {% for source in entries[0].sources %}{{ origin(source) }} as cell_{{ loop.index0 }}, {% endfor %}{{ given(entries[0]) }} as _given
    {% endif %}
    from {% if kind == 'parquet' -%}
    (select {% for cell in parquet_cells %}{{ plain(cell[0], cell[1]) }} as p{{ loop.index0 }}{{ ', ' if not loop.last }}{% endfor %} from read_parquet($path))
    {%- else -%}
    read_csv($path,
        delim = {{ delimiter | text }}, quote = {{ quote | text }}, escape = {{ quote | text }},
        header = false, skip = {{ skip }}, auto_detect = false, strict_mode = true, null_padding = false,
        compression = 'none', parallel = {{ parallel | lower }},
        columns = { {%- for _ in range(width) %}'c{{ loop.index0 }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
        {%- if rejects %}
        store_rejects = true, rejects_scan = 'reject_scan', rejects_table = 'reject_error', rejects_limit = 1000,
        {%- endif %}
        max_line_size = 4194304)
    {%- endif %}
), read as (
    select {% if numbered %}_row, {% endif %}{% if exclusions %}_excluded, {% endif %}_given,
    {%- for column in columns %} cell_{{ loop.index0 }}, {{ typed(column, 'cell_' ~ loop.index0) }} as typed_{{ loop.index0 }}{{ ',' if not loop.last }}{% endfor %}
    from cells
)
select {% if numbered %}_row, {% endif %}{% if exclusions %}_excluded, {% endif %}{% if reshaped %}_given, {% endif %}
    {%- for column in columns %} typed_{{ loop.index0 }} as {{ column.name | name }},{% endfor %}
    case when ({% for column in columns if column.reject_rule %}typed_{{ column.place }} is null{% if not (column.type == 'month' and column.required) %} and cell_{{ column.place }} is not null{% endif %}{{ ' or ' if not loop.last }}{% else %}false{% endfor %})
        {%- if exclusions %} and _excluded = 0{% endif %}{% if reshaped %} and _given{% endif %} then list_filter([
        {%- for column in columns if column.reject_rule %}
        {#- A row without its month is in no period: promoted, it would be dropped in silence. #}
        case when typed_{{ column.place }} is null{% if not (column.type == 'month' and column.required) %} and cell_{{ column.place }} is not null{% endif %} then
            {'column_name': {{ column.name | text }}, 'rule': {{ column.reject_rule | text }}, 'value': left(cell_{{ column.place }}, 40)} end{{ ',' if not loop.last }}
        {%- else %}null::struct(column_name varchar, rule varchar, value varchar){% endfor %}], lambda fault: fault is not null) end as _faults
from read
