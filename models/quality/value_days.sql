{{ value_days(quality_columns() | rejectattr('is_mix', 'defined') | list) }}
