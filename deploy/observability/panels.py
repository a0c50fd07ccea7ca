"""What is on each dashboard, in a form that people can read and change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        queries: legend and PromQL; a TraceQL search where `kind` is traces.
        unit: of Grafana: s, reqps, percentunit, short, bytes.
        about: what a reader should make of it.
        exemplars: show single traces as dots.
    """

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    about: str = ""
    kind: str = "timeseries"
    width: int = 8
    exemplars: bool = False


def _quantile(q: float, metric: str, by: str = "", labels: str = "") -> str:
    keys = f"le, {by}" if by else "le"
    rate = f"rate({metric}_bucket{{{labels}}}[$__rate_interval])"
    return f"histogram_quantile({q}, sum by ({keys}) ({rate}))"


def _rate(metric: str, by: str, labels: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def _two(metric: str, labels: str = "") -> tuple[tuple[str, str], ...]:
    """Half of the events, and 95 of 100, are below these."""
    return (
        ("p50", _quantile(0.5, metric, labels=labels)),
        ("p95", _quantile(0.95, metric, labels=labels)),
    )


_HTTP = "http_server_request_duration_seconds"
_RPC = "rpc_server_call_duration_seconds"
_CALLS = "rpc_client_call_duration_seconds"
_PROCESS = "messaging_process_duration_seconds"
_SEND = "messaging_client_operation_duration_seconds"
_JOB = 'job=~"$job"'
_GROUP = "messaging_consumer_group_name"
_TOPIC = "messaging_destination_name"

VOICE = (
    Panel(
        "Live conversations and free slots",
        (
            ("live", "sum(viva_session_conversations)"),
            ("free slots", "sum(viva_session_slots_free)"),
            ("connections", "sum(viva_gateway_connections_live)"),
        ),
        about="Free slots at none: candidates wait. Connections above live: sessions were lost.",
    ),
    Panel(
        "Reply latency where the model was sure",
        _two("viva_session_reply_duration_seconds", 'viva_sure="true"'),
        "s",
        "From the last voiced sample to the first of the reply. Promised: 95% within 1 s.",
        exemplars=True,
    ),
    Panel(
        "Reply latency where it was not",
        _two("viva_session_reply_duration_seconds", 'viva_sure="false"'),
        "s",
        "Long on purpose: people think.",
        exemplars=True,
    ),
    Panel(
        "End-of-turn decisions",
        (
            (
                "{{viva_reason}}, sure: {{viva_sure}}",
                _rate("viva_session_turns_total", "viva_reason, viva_sure"),
            ),
        ),
        about="`unjudged` means that the model answered too late.",
    ),
    Panel(
        "Answers taken up again, of decisions",
        (
            (
                "share",
                "sum(rate(viva_session_answers_taken_up_total[$__rate_interval]))"
                " / sum(rate(viva_session_turns_total[$__rate_interval]))",
            ),
        ),
        "percentunit",
        "Each is a false cut-off that was mended.",
    ),
    Panel("Silence that decisions waited for", _two("viva_session_turn_wait_seconds"), "s"),
    Panel(
        "Queue of the live models",
        (
            (
                "{{viva_pool}} p95",
                _quantile(
                    0.95,
                    "viva_model_queue_duration_seconds",
                    "viva_pool",
                    'viva_pool=~"end-of-turn|viva-asr-live"',
                ),
            ),
        ),
        "s",
        exemplars=True,
    ),
    Panel(
        "Lateness of the event loops",
        (
            (
                "{{viva_service}} p95",
                _quantile(0.95, "viva_event_loop_delay_seconds", "viva_service"),
            ),
        ),
        "s",
        "A frame of audio lasts 20 ms: above that, sound is late.",
    ),
    Panel(
        "How conversations end",
        (("{{viva_reason}}", _rate("viva_session_conversations_ended_total", "viva_reason")),),
    ),
    Panel(
        "Replicas lost under conversations, and crashes",
        (
            (
                "reattached",
                "sum(increase(viva_gateway_session_reattached_total[$__rate_interval]))",
            ),
            (
                "crashed",
                "sum(increase(viva_session_conversations_crashed_total[$__rate_interval]))",
            ),
        ),
    ),
    Panel(
        "How connections close",
        (("{{viva_reason}}", _rate("viva_gateway_connections_closed_total", "viva_reason")),),
    ),
    Panel(
        "Telephone: free slots",
        (("{{viva_trunk}}", "sum by (viva_trunk) (viva_telephony_slots_free)"),),
    ),
    Panel(
        "Telephone: calls that were not answered",
        (("{{reason}}", _rate("viva_telephony_calls_missed_total", "reason")),),
        about="Rising `failed` is the trunk.",
    ),
    Panel(
        "Telephone: how calls end",
        (("{{reason}}", _rate("viva_telephony_calls_over_total", "reason")),),
        about="`line` is a line that broke, or a process that carried it.",
    ),
    Panel(
        "Telephone: sound that never came",
        (
            (
                "seconds a second",
                "sum(rate(viva_telephony_audio_missing_seconds_total[$__rate_interval]))",
            ),
        ),
    ),
)

LAG = (
    Panel(
        "Lag in seconds",
        ((f"{{{{{_GROUP}}}}}", f"max by ({_GROUP}) (viva_consumer_lag_time_seconds)"),),
        "s",
        "Age of the oldest record that its group has not handled.",
        width=12,
    ),
    Panel(
        "Lag in records",
        (
            (
                f"{{{{{_GROUP}}}}} of {{{{{_TOPIC}}}}}",
                f"sum by ({_GROUP}, {_TOPIC}) (viva_consumer_lag)",
            ),
        ),
        width=12,
    ),
    Panel(
        "Records handled",
        ((f"{{{{{_GROUP}}}}}", _rate("messaging_client_consumed_messages_total", _GROUP)),),
        "cps",
    ),
    Panel(
        "Time to handle a record, p95",
        (
            (
                f"{{{{{_GROUP}}}}} {{{{viva_event_type}}}}",
                _quantile(0.95, _PROCESS, f"{_GROUP}, viva_event_type"),
            ),
        ),
        "s",
        exemplars=True,
    ),
    Panel(
        "Tries that failed",
        (
            (
                f"{{{{{_GROUP}}}}} {{{{error_type}}}}",
                _rate(f"{_PROCESS}_count", f"{_GROUP}, error_type", 'error_type!=""'),
            ),
        ),
        "cps",
        "A dependency that is away shows here; the records wait.",
    ),
    Panel(
        "Dead letters",
        (
            (
                f"{{{{{_GROUP}}}}} of {{{{{_TOPIC}}}}}",
                f"sum by ({_GROUP}, {_TOPIC}) (viva_messaging_dead_letters_total)",
            ),
        ),
    ),
    Panel(
        "Outbox: oldest event not published",
        (("{{viva_schema}}", "max by (viva_schema) (viva_outbox_age_seconds)"),),
        "s",
    ),
    Panel(
        "Outbox: events that wait",
        (("{{viva_schema}}", "sum by (viva_schema) (viva_outbox_waiting)"),),
    ),
    Panel(
        "Sending, p95",
        (("{{job}}", _quantile(0.95, _SEND, "job")),),
        "s",
        exemplars=True,
    ),
    Panel(
        "Queue of the models",
        (
            (
                "{{viva_pool}} p95",
                _quantile(0.95, "viva_model_queue_duration_seconds", "viva_pool"),
            ),
        ),
        "s",
    ),
    Panel(
        "Work of the models",
        (("{{viva_pool}} p95", _quantile(0.95, "viva_model_job_duration_seconds", "viva_pool")),),
        "s",
    ),
    Panel(
        "Jobs that were turned away",
        (("{{viva_pool}}", _rate("viva_model_jobs_refused_total", "viva_pool")),),
    ),
    Panel(
        "From hang-up to verdict",
        _two("viva_session_verdict_duration_seconds"),
        "s",
        "Promised: 95% within 120 s.",
        exemplars=True,
    ),
    Panel(
        "Verdicts",
        (
            (
                "{{viva_status}}, whole: {{viva_complete}}",
                _rate("viva_session_verdict_duration_seconds_count", "viva_status, viva_complete"),
            ),
        ),
    ),
    Panel(
        "Webhooks: from event to answer",
        _two("viva_notification_delivery_duration_seconds"),
        "s",
        exemplars=True,
    ),
)

SERVICE = (
    Panel(
        "HTTP requests by status",
        (
            (
                "{{http_response_status_code}}",
                _rate(f"{_HTTP}_count", "http_response_status_code", _JOB),
            ),
        ),
        "reqps",
    ),
    Panel(
        "HTTP duration, p95",
        (
            (
                "{{http_request_method}} {{http_route}}",
                _quantile(0.95, _HTTP, "http_request_method, http_route", _JOB),
            ),
        ),
        "s",
        exemplars=True,
    ),
    Panel(
        "HTTP requests under way",
        (("{{job}}", f"sum by (job) (http_server_active_requests{{{_JOB}}})"),),
    ),
    Panel(
        "Calls served, by code",
        (
            (
                "{{rpc_method}} {{rpc_response_status_code}}",
                _rate(f"{_RPC}_count", "rpc_method, rpc_response_status_code", _JOB),
            ),
        ),
        "reqps",
    ),
    Panel(
        "Calls served, p95",
        (("{{rpc_method}}", _quantile(0.95, _RPC, "rpc_method", _JOB)),),
        "s",
        "Streams (Converse) last as long as a conversation.",
        exemplars=True,
    ),
    Panel(
        "Calls made, by code",
        (
            (
                "{{rpc_method}} {{rpc_response_status_code}}",
                _rate(f"{_CALLS}_count", "rpc_method, rpc_response_status_code", _JOB),
            ),
        ),
        "reqps",
    ),
    Panel(
        "Records handled",
        (("{{viva_event_type}}", _rate(f"{_PROCESS}_count", "viva_event_type", _JOB)),),
        "cps",
    ),
    Panel(
        "Records sent",
        ((f"{{{{{_TOPIC}}}}}", _rate("messaging_client_sent_messages_total", _TOPIC, _JOB)),),
        "cps",
    ),
    Panel(
        "Event loop lateness, p95",
        (("{{instance}}", _quantile(0.95, "viva_event_loop_delay_seconds", "instance", _JOB)),),
        "s",
    ),
    Panel(
        "CPU",
        (
            (
                "{{instance}}",
                f"sum by (instance) (rate(process_cpu_seconds_total{{{_JOB}}}[$__rate_interval]))",
            ),
        ),
        about="Cores, where metrics are scraped; workers of models are processes of their own.",
    ),
    Panel(
        "Memory",
        (("{{instance}}", f"sum by (instance) (process_resident_memory_bytes{{{_JOB}}})"),),
        "bytes",
    ),
    Panel("Up", (("{{instance}}", f"up{{{_JOB}}}"),)),
)

BUDGETS = (
    Panel(
        "Share of bad events, one hour, over what is allowed",
        (("{{slo}}", "viva:slo_error:ratio_rate1h / on(slo) viva:slo_budget:ratio"),),
        about="1 uses the budget up in a month; 14.4 pages.",
        width=12,
    ),
    Panel(
        "The same over three days",
        (("{{slo}}", "viva:slo_error:ratio_rate3d / on(slo) viva:slo_budget:ratio"),),
        width=12,
    ),
    Panel("Events in an hour", (("{{slo}}", "viva:slo_events:increase1h"),), width=12),
    Panel(
        "Credits moved",
        (
            (
                "{{viva_kind}}",
                "sum by (viva_kind) (increase(viva_gateway_credits_moved_total[$__rate_interval]))",
            ),
        ),
        about="Reserved = settled + released, once nothing is under way.",
        width=12,
    ),
    Panel(
        "Interviews",
        (("{{viva_event}}", _rate("viva_session_interview_events_total", "viva_event")),),
        width=12,
    ),
    Panel(
        "Webhook tries",
        (("{{viva_outcome}}", _rate("viva_notification_tries_total", "viva_outcome")),),
        width=12,
    ),
)

INTERVIEW = (
    Panel(
        "The interview's trace",
        (("", '{ span.viva.interview_id = "$interview" }'),),
        kind="traces",
        width=24,
        about="One trace from the order to the webhook; open it for the time line. Without a trace "
        "store: `viva trace iv_...`.",
    ),
    Panel(
        "Its slow or failed parts",
        (("", '{ span.viva.interview_id = "$interview" && (status = error || duration > 2s) }'),),
        kind="traces",
        width=24,
    ),
    Panel(
        "Replies of all interviews: the dots are traces",
        _two("viva_session_reply_duration_seconds"),
        "s",
        width=12,
        exemplars=True,
    ),
    Panel(
        "Verdicts of all interviews: the dots are traces",
        _two("viva_session_verdict_duration_seconds"),
        "s",
        width=12,
        exemplars=True,
    ),
)
