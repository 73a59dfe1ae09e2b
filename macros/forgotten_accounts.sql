{#-
    Whether an account was not forgotten: a condition for statements over rows of the
    logs. `account` is the expression of its id.
-#}
{% macro is_remembered(account) -%}
    coalesce(keyed_hash({{ account }}), '') not in (
        select account_hash from {{ extraction_watch.forgotten_accounts() }}
    )
{%- endmacro %}

{#- Keyed hashes of the forgotten accounts: on Spark a temporary view. -#}
{% macro forgotten_accounts() %}
    {%- set relation = source('state', 'forgotten_accounts') -%}
    {{- return(
        adapter.dispatch('forgotten_accounts', 'extraction_watch')(relation)
    ) -}}
{% endmacro %}

{% macro default__forgotten_accounts(relation) %}{{ return(relation) }}{% endmacro %}
{% macro spark__forgotten_accounts(relation) %}
    {{- return('raw_forgotten_accounts') -}}
{% endmacro %}
