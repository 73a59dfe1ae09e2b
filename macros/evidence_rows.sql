{#-
    The common end of every signal: turns findings into rows of the evidence contract.
    `findings` is a CTE with entity_type, entity_id, value, baseline, sentence,
    observed_from and observed_to; `value` is a strength from 0 (as the population) on,
    negative for counter-evidence. Family and weight per unit come from the seed
    signal_weights, by signal and entity type, or from `weights`, a relation of the same
    columns: the seed of a project that brings a signal of its own. What has no weight
    yet is kept, so that one can be fitted, and left out when findings are weighed.
-#}
{% macro evidence_rows(findings, signal, weights=none) %}
    select
        findings.entity_type,
        findings.entity_id,
        '{{ signal }}' as signal,
        signal_weights.family,
        cast(findings.value as double) as value,
        cast(findings.baseline as double) as baseline,
        cast(signal_weights.weight_per_unit * findings.value as double) as raw_weight,
        findings.sentence,
        findings.observed_from,
        findings.observed_to
    from {{ findings }} as findings
    inner join
        {{ weights or ref('extraction_watch', 'signal_weights') }} as signal_weights
        on
            signal_weights.signal = '{{ signal }}'
            and signal_weights.entity_type = findings.entity_type
    where findings.value <> 0
{% endmacro %}
