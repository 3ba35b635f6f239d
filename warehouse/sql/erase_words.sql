{#- A number as a word of its own. What is no word of text (a digest, a path of bytes) has it by chance alone. -#}
update {{ table | name }} set {{ column | name }} = regexp_replace({{ column | name }}, $pattern, '(erased)', 'g')
where regexp_matches({{ column | name }}, $pattern)
