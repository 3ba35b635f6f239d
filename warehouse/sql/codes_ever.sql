select distinct {{ code | name }} as code from {{ table | name }} where {{ code | name }} is not null
