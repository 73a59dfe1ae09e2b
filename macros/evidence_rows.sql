{#-
    The common end of every signal: turns findings into rows of the evidence contract.
    `findings` is a CTE with entity_type, entity_id, value, baseline, sentence,
    observed_from and observed_to; `value` is a strength from 0 (as the population) on,
    negative for counter-evidence. Weight per unit comes from the seed
    signal_weights, by signal and entity type; caps of families follow later. Findings
    without weight are left out.
-#}
{% macro evidence_rows(findings, signal) %}
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
    inner join {{ ref('extraction_watch', 'signal_weights') }} as signal_weights
        on
            signal_weights.signal = '{{ signal }}'
            and signal_weights.entity_type = findings.entity_type
    where findings.value <> 0 and signal_weights.weight_per_unit <> 0
{% endmacro %}
