create temp table raw as
select row_number() over () + 1 as row_number, *
from read_csv(
    $path,
    delim = {{ file.delimiter | text }}, quote = {{ file.quote | text }}, escape = {{ file.quote | text }},
    header = false, skip = 1, auto_detect = false, strict_mode = true, null_padding = false,
    compression = {{ compression | text }},
    parallel = false,
    columns = { {%- for _ in header %}'c{{ loop.index0 }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
    max_line_size = 4194304,
    store_rejects = true, rejects_scan = 'reject_scan', rejects_table = 'reject_error', rejects_limit = 1000)
