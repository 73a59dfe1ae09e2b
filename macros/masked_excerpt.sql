{#-
    What of a value that cannot be used may be kept: its beginning, masked. Values come
    cut to 80 characters; a word cut in two would not be recognised as an address or a
    key, so it goes.
-#}
{% macro masked_excerpt(text) -%}
    case
        when {{ text }} is not null
            then substr(
                mask_text(
                    case
                        when length({{ text }}) >= 80
                            then regexp_replace(
                                substr({{ text }}, 1, 80), '[!-~]+$', '...'
                            )
                        else {{ text }}
                    end
                ),
                1,
                80
            )
    end
{%- endmacro %}
