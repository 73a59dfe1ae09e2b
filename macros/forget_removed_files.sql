{#-
    Pre-hook of the incremental staging models: removes the rows of files that are no
    longer in the folder or have changed, in the transaction that adds the new rows.
-#}
{% macro forget_removed_files() %}
    {% if execute and is_incremental() %}
        delete from {{ this }}
        where file_id not in (select file_id from raw.input_files)
    {% endif %}
{% endmacro %}
