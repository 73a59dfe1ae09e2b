"""The benign personas: what each of them is like, in numbers."""

from dataclasses import dataclass, replace

from tests.worlds.skeletons import TAKEN

# Weights over question, instruction, passage, follow_up, code, data.
TALK = (6.0, 3.0, 0.5, 0.0, 0.8, 0.3)
CODE = (2.0, 2.0, 0.0, 0.0, 6.0, 0.3)
WORK = (2.0, 3.0, 3.0, 0.0, 1.0, 1.0)
ALL = (
    *TAKEN,
    "chain_of_thought",
    "explain_answer",
    "rubric_grading",
    "coding",
    "data_analysis",
    "instruction_generation",
    "safe_rewriting",
    "agentic_tools",
    "pairwise_judging",
)


@dataclass(frozen=True)
class Persona:
    """A kind of customer. Shares are per account unless said otherwise."""

    name: str
    share: float  # of the benign population
    requests: float  # median over 30 days
    spread: float = 1.1  # sigma of its logarithm
    group: tuple[int, int] = (1, 1)  # accounts that belong together
    cohort: tuple[int, int] = (1, 1)  # strangers who start on one day
    text: float = 0.95  # keeps its text, unless a third party serves it
    profiles: tuple[str, ...] = ("day", "evening", "office")
    active: float = 0.45  # share of days
    turns: float = 2.5  # mean of a conversation
    single: float = 0.2  # share of accounts that never ask back
    conversations: float = 1.25  # mean of a burst
    steady: float = 0.0  # share of accounts that send one by one, every day
    gap: float = 50.0  # median seconds between two requests
    registers: tuple[float, ...] = TALK
    sentences: float = 2.5  # median of a content
    length_spread: tuple[float, float] = (0.8, 1.9)  # sigma of its logarithm
    any_topic: float = 0.5  # share of conversations that are off the main topic
    is_multilingual: bool = False  # the account's users may write in many languages
    templates: tuple[int, int] = (0, 0)  # own skeletons
    templates_of: str = "own"  # or "everybody": the program brings them along
    template_share: float = 0.0  # of requests
    templated_accounts: float = 1.0
    capabilities: tuple[str, ...] = ALL
    popular: float = 0.01  # share of requests with a widely shared template
    wish: float = 0.3  # share of requests with a short wish
    repeats: float = 0.06  # share of requests that ask something again
    pool: float = 0.0  # share of requests from a common pool of contents
    pool_size: int = 40
    pool_of: str = "group"  # or "benchmarks"
    system: str = "none"  # none, own, some (own, or none), group, global
    tools: str = "none"  # none, own, global, search
    output: float = 220.0  # median tokens of free requests
    reasoning: float = 0.25
    channels: tuple[float, ...] = (0.63, 0.09, 0.11, 0.08, 0.09)
    pathway: str = "standard"
    payment: str = "own"  # own, group
    no_payment: float = 0.12
    network: str = "home"  # home, hosting, site (one NAT per group), vpn
    other: float = 0.25  # share of accounts that also use mobile networks or VPNs
    client: str = "sdk"  # sdk, agent, framework, browser
    device: str = "own"  # own, end_users, constant, group
    devices: tuple[int, int] = (1, 2)
    gives_device: float = 0.5
    gives_session: float = 0.5
    born: str = "any"  # any, recent, together (within two hours), launch (a day)
    late: float = 0.15  # share that begins at any time of the log
    limits_output: float = 0.5
    sets_temperature: float = 0.5
    one_organization: bool = False
    key_days: tuple[int, int] = (0, 0)


_DIRECT = (0.9, 0.0, 0.04, 0.03, 0.03)
# A product that serves users of its own.
_SERVED = Persona(
    "",
    0.0,
    0.0,
    profiles=("round_the_clock", "round_the_clock", "day"),
    active=1.0,
    single=0.8,
    conversations=1.0,
    length_spread=(0.4, 1.5),
    network="hosting",
    device="end_users",
    templates=(1, 3),
    other=0.0,
    late=0.65,
)
# A small product: some pass on whatever their users write, others fill in a template.
APP_BUILDER = replace(
    _SERVED,
    name="app_builder",
    share=0.035,
    requests=150,
    spread=0.8,
    templates=(1, 4),
    template_share=0.92,
    templated_accounts=0.5,
    sentences=2.0,
    any_topic=0.9,
    popular=0.05,
    system="some",
    devices=(30, 400),
    tools="search",
    is_multilingual=True,
)
PERSON = Persona(
    "individual",
    0.14,
    24,
    1.0,
    templates=(1, 2),
    template_share=0.3,
    templated_accounts=0.25,
)
PERSONAS: tuple[Persona, ...] = (
    Persona(
        "quiet",
        0.0,
        26,
        1.1,
        text=0.03,
        templates=(1, 2),
        template_share=0.5,
        templated_accounts=0.3,
    ),
    PERSON,
    Persona(
        "casual",
        0.07,
        8,
        0.9,
        text=0.85,
        turns=2.0,
        single=0.5,
        sentences=0.6,
        length_spread=(0.3, 0.9),
        client="browser",
        channels=(0.1, 0.9, 0.0, 0.0, 0.0),
        no_payment=0.5,
        wish=0.35,
    ),
    APP_BUILDER,
    replace(APP_BUILDER, name="quiet_product", share=0.035, text=0.03),
    # Launch days: of a platform for products, of a course, of a new employer's offer.
    replace(
        APP_BUILDER,
        name="launch_product",
        share=0.035,
        requests=110,
        cohort=(15, 80),
        born="launch",
    ),
    Persona(
        "launch_person",
        0.03,
        28,
        1.0,
        cohort=(15, 80),
        born="launch",
        templates=(1, 2),
        template_share=0.3,
        templated_accounts=0.25,
        popular=0.05,
    ),
    Persona(
        "onboarding",
        0.008,
        24,
        0.9,
        (10, 40),
        profiles=("office",),
        active=0.6,
        registers=WORK,
        payment="group",
        network="site",
        one_organization=True,
        system="group",
        pathway="enterprise",
        no_payment=0.0,
        born="launch",
    ),
    Persona(
        "framework_user",
        0.04,
        40,
        1.0,
        turns=4.0,
        system="global",
        tools="global",
        client="framework",
        device="constant",
        gives_device=0.85,
        popular=0.04,
        gap=12,
        templates=(3, 3),
        templates_of="everybody",
        template_share=0.9,
        capabilities=("agentic_tools", "structured_output", "chain_of_thought"),
    ),
    Persona(
        "coding_agent",
        0.04,
        70,
        1.0,
        turns=12.0,
        conversations=1.5,
        gap=25,
        registers=CODE,
        sentences=4,
        system="global",
        tools="global",
        client="agent",
        gives_device=0.9,
        gives_session=0.95,
        templates=(2, 2),
        templates_of="everybody",
        template_share=0.6,
        capabilities=("coding", "agentic_tools"),
        output=380,
        reasoning=0.35,
        wish=0.1,
        profiles=("office", "day", "evening"),
    ),
    Persona(
        "batch_company",
        0.012,
        300,
        1.0,
        (2, 8),
        steady=0.5,
        profiles=("round_the_clock", "night"),
        active=0.9,
        turns=1.0,
        conversations=40.0,
        gap=4,
        registers=WORK,
        sentences=4,
        templates=(1, 4),
        template_share=0.97,
        system="group",
        pathway="enterprise",
        payment="group",
        network="hosting",
        one_organization=True,
        client="sdk",
        gives_device=0.2,
        other=0.0,
    ),
    Persona(
        "campus",
        0.03,
        16,
        0.9,
        (25, 60),
        profiles=("student",),
        pool=0.5,
        pathway="education",
        network="site",
        no_payment=0.8,
        other=0.5,
        popular=0.04,
    ),
    Persona(
        "company_staff",
        0.025,
        22,
        1.0,
        (8, 30),
        profiles=("office",),
        active=0.6,
        registers=WORK,
        payment="group",
        network="site",
        one_organization=True,
        system="group",
        pathway="enterprise",
        no_payment=0.0,
        templates=(2, 6),
        template_share=0.2,
    ),
    Persona(
        "eval_lab",
        0.0008,
        600,
        0.6,
        (1, 2),
        profiles=("round_the_clock", "office"),
        channels=_DIRECT,
        active=0.3,
        turns=1.0,
        conversations=200.0,
        gap=2.5,
        pool=0.97,
        pool_size=900,
        pool_of="benchmarks",
        templates=(2, 5),
        template_share=1.0,
        wish=0.0,
        capabilities=("benchmark", "rubric_grading", "chain_of_thought"),
        network="hosting",
        payment="group",
        one_organization=True,
        text=1.0,
    ),
    Persona(
        "hackathon",
        0.008,
        24,
        0.8,
        (16, 40),
        profiles=("day",),
        active=0.7,
        born="together",
        pathway="startup",
        network="site",
        system="group",
        tools="group",
        no_payment=0.7,
        other=0.15,
        popular=0.03,
        templates=(1, 2),
        template_share=0.3,
    ),
    replace(
        _SERVED,
        name="licensed_gateway",
        share=0.0006,
        requests=1500,
        spread=0.5,
        devices=(200, 900),
        channels=_DIRECT,
        is_multilingual=True,
        any_topic=1.0,
        pathway="enterprise",
        text=1.0,
        template_share=0.0,
        wish=0.3,
        registers=TALK,
        late=0.0,
    ),
    Persona(
        "mover",
        0.01,
        34,
        0.9,
        (2, 2),
        templates=(1, 2),
        template_share=0.3,
        active=0.7,
        payment="own",
        no_payment=0.05,
    ),
    replace(
        _SERVED,
        name="key_rotator",
        share=0.008,
        requests=90,
        spread=1.0,
        devices=(5, 60),
        system="own",
        template_share=0.9,
        key_days=(3, 9),
    ),
    replace(
        _SERVED,
        name="tutor_product",
        share=0.003,
        requests=240,
        spread=0.8,
        devices=(20, 200),
        system="own",
        channels=_DIRECT,
        capabilities=("tutoring", "chain_of_thought", "explain_answer"),
        template_share=0.95,
        pool=0.15,
        pathway="education",
        text=0.9,
    ),
    Persona("prompt_community", 0.02, 26, 0.9, text=0.9, popular=0.45, wish=0.15),
    Persona(
        "translator",
        0.008,
        70,
        1.0,
        capabilities=("translation", "safe_rewriting"),
        templates=(1, 2),
        template_share=0.93,
        registers=WORK,
        turns=1.3,
        sentences=4,
        is_multilingual=True,
        profiles=("office",),
        active=0.7,
    ),
    replace(
        _SERVED,
        name="grader_product",
        share=0.003,
        requests=300,
        spread=0.8,
        steady=0.4,
        templates=(1, 2),
        channels=_DIRECT,
        capabilities=("rubric_grading", "pairwise_judging"),
        template_share=0.98,
        devices=(10, 80),
        turns=1.0,
        conversations=15.0,
        gap=5,
        text=0.9,
    ),
    Persona(
        "labelling_company",
        0.006,
        200,
        0.7,
        (4, 10),
        steady=0.2,
        profiles=("office", "day"),
        active=0.8,
        turns=1.0,
        conversations=30.0,
        gap=9,
        templates=(2, 3),
        template_share=0.97,
        registers=WORK,
        payment="group",
        one_organization=True,
        capabilities=(
            "labelling",
            "instruction_generation",
            "rubric_grading",
            "pairwise_judging",
        ),
        network="site",
        pathway="enterprise",
        text=0.9,
    ),
    Persona("vpn_user", 0.015, 22, network="vpn", no_payment=0.3),
    Persona(
        "research_team",
        0.005,
        60,
        0.9,
        (3, 6),
        profiles=("office",),
        capabilities=("safe_rewriting", "chain_of_thought", "benchmark"),
        templates=(2, 4),
        template_share=0.6,
        pathway="security_research",
        payment="group",
        network="site",
        one_organization=True,
        text=0.8,
    ),
    Persona(
        "startup",
        0.012,
        60,
        1.1,
        (1, 4),
        steady=0.4,
        pathway="startup",
        templates=(1, 4),
        template_share=0.7,
        system="own",
        tools="search",
        payment="group",
        one_organization=True,
        network="hosting",
        born="recent",
    ),
    Persona(
        "synthetic_data_team",
        0.002,
        350,
        0.7,
        (1, 2),
        steady=0.3,
        pathway="enterprise",
        capabilities=("instruction_generation", "instruction_evolution", "labelling"),
        templates=(1, 3),
        template_share=0.95,
        turns=1.0,
        conversations=60.0,
        gap=6,
        payment="group",
        one_organization=True,
        network="hosting",
        text=0.8,
    ),
)
