{#-
    Stops with all vars that cannot be meant: their names, values and what is expected.
    Every var stands here, so this is the one macro that reads vars. By name: shares,
    probabilities and rates lie between 0 and 1, log-odds are any number, all others are
    not negative.
-#}
{% macro check_settings() %}
    {%- set wrong = [] -%}
    {%- for name in [
        'request_count_max', 'sample_weight_max', 'session_gap_minutes',
        'family_requests_min', 'family_shingles_min', 'family_match_share',
        'family_account_prompts_min', 'work_list_account_prompts_min',
        'work_list_sweep_share_min', 'link_entity_accounts_max',
        'link_entity_share_max', 'link_all_pairs_accounts_max', 'pool_accounts_min',
        'pool_identity_rarity_min', 'link_neighbours', 'link_pool_accounts',
        'link_log_odds_min', 'link_weak_neighbours_min', 'link_plain_log_odds_min',
        'link_pendant_log_odds_min', 'link_bridge_log_odds_min',
        'steady_requests_min', 'steady_life_hours_min', 'steady_slot_share_min',
        'steady_day_share_min', 'token_bins_max', 'start_rate_days',
        'start_warm_up_hours', 'start_neighbours', 'start_hours_max',
        'affinity_null_neighbours', 'unmixing_family_accounts_min',
        'extraction_like_probability_min', 'membership_fit_max',
        'membership_log_odds_min', 'joint_activation_pseudo_accounts',
        'shared_identity_log_odds_min', 'alike_pairs_min', 'baseline_accounts_min',
        'pooled_accounts_min', 'pooled_requests_min', 'pooled_share_max',
        'pooled_score_min', 'output_profile_requests_min', 'portfolio_accounts_min',
        'load_balancing_accounts_min', 'frozen_client_users_min',
        'frozen_client_days_min', 'frozen_client_share_max',
        'rate_limit_handover_minutes_max', 'continuation_minutes_max',
        'handovers_min', 'own_topics_prompts_min', 'rejected_share_max',
        'rejected_share_stop', 'quality_rows_min', 'implausible_share_max',
        'implausible_rows_min', 'quality_history_weeks',
        'quality_history_days_min', 'quality_accounts_min', 'quality_share_kept_min',
        'quality_change_min', 'quality_standard_errors', 'drift_accounts_min',
        'drift_weeks_min', 'drift_bits_min', 'gap_hour_requests_min', 'late_hours',
        'clock_skew_share_max', 'sample_weight_factor_max', 'missing_usage_share_max',
        'missing_traffic_share_max', 'missing_share_stop', 'stop_rule_days',
        'degraded_requests_share_min', 'kept_publications', 'succession_window_days',
        'succession_ends_max', 'succession_rarity_min',
        'succession_entity_accounts_max', 'succession_reason_min',
        'succession_ranks_max', 'succession_probability_min', 'ban_wave_gap_hours',
        'pivot_unseen_days_min', 'pivot_accounts_min', 'pivot_false_discovery_rate',
        'pivot_effect_min', 'alert_accounts_min', 'alert_heirs_min',
        'alert_new_hours', 'alert_pace_days', 'alert_horizon_days',
        'alert_escalation_factor', 'alert_quiet_days', 'alerts_per_day_max',
        'phase_daily_requests_min', 'phase_days_min', 'phase_warm_up_days',
        'phase_share_change_min', 'phase_volume_factor_min', 'phase_p_value_max',
        'assumed_base_rate', 'risk_band_low', 'risk_band_medium', 'risk_band_high',
        'risk_band_critical', 'family_weight_min', 'enforcing_families_min',
        'skeleton_accounts_min', 'retention_days',
    ] -%}
        {%- set value = var(name) -%}
        {%- set is_share = modules.re.search(
            '_share|_probability|_rate$|^risk_band|_p_value', name
        ) -%}
        {%- if value is boolean or value is not number or value != value -%}
            {%- do wrong.append(name ~ ' is ' ~ value ~ ', which is no number') -%}
        {%- elif value < 0 and 'log_odds' not in name -%}
            {%- do wrong.append(name ~ ' is ' ~ value ~ ', which is below 0') -%}
        {%- elif is_share and value > 1 -%}
            {%- do wrong.append(name ~ ' is ' ~ value ~ ', which is above 1') -%}
        {%- elif name == 'assumed_base_rate' and value in (0, 1) -%}
            {%- do wrong.append(
                name ~ ' is ' ~ value ~ ', which nothing can change'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in [
        'log_formats', 'signals', 'extra_signals', 'otel_account_attributes',
    ] -%}
        {%- set value = var(name) -%}
        {%- if value is string or value is mapping or value is not iterable -%}
            {%- do wrong.append(name ~ ' is ' ~ value ~ ', which is no list') -%}
        {%- else -%}
            {%- for one in value
                if not modules.re.fullmatch('[A-Za-z0-9_.:-]+', one | string) -%}
                {%- do wrong.append(name ~ ' holds ' ~ one ~ ', which is no name') -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in ['requested_at_min', 'requested_at_max'] -%}
        {%- if not modules.re.fullmatch(
            '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?', var(name) | string
        ) -%}
            {%- do wrong.append(name ~ ' is ' ~ var(name) ~ ', which is no time') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('accepted_days') is string or var('accepted_days') is not iterable -%}
        {%- do wrong.append(
            'accepted_days is ' ~ var('accepted_days') ~ ', which is no list'
        ) -%}
    {%- endif -%}
    {%- if var('publish_network_identities') is not boolean -%}
        {%- do wrong.append(
            'publish_network_identities is ' ~ var('publish_network_identities')
            ~ ', which is neither true nor false'
        ) -%}
    {%- endif -%}
    {%- if not wrong and not (
        var('risk_band_low') <= var('risk_band_medium')
        and var('risk_band_medium') <= var('risk_band_high')
        and var('risk_band_high') <= var('risk_band_critical')
    ) -%}
        {%- do wrong.append('risk_band_low to risk_band_critical do not ascend') -%}
    {%- endif -%}
    {%- if wrong -%}
        {{- exceptions.raise_compiler_error(
            'Settings that cannot be used: ' ~ wrong | join('; ')
        ) -}}
    {%- endif -%}
{% endmacro %}
