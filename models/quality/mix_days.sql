-- Apart from value_days, because values of these columns may be published.
{{ value_days(quality_columns() | selectattr('is_mix', 'defined') | list) }}
