"""What kind of capability the prompts of a family ask for."""

import re

import pyarrow as pa

OTHER = "other"
SCORE_MIN = 2
"""Distinct cues that a prompt must show before it counts for a capability."""

# Cues are roots and constructions, several languages side by side. One cue is never
# enough, and a family takes the capability of most of its prompts.
_CUES = {
    "reasoning_elicitation": (
        r"step[- ]by[- ]step|paso a paso|schritt für schritt|пошагово|шаг за шагом|一步一步|逐步",
        r"\b(reason|rationale|think|thought)\w*|razon|begründ|denk|рассужд|мысл|推理|思考|思路",
        r"\b(explain|articulate|justify|show|derive)\b|explica|erklär|объясн|解释|说明",
        r"\b(answer|solution|conclusion|result)\b|respuesta|antwort|ответ|答案",
        r"^q:|\bq:|\bquestion:|pregunta:|frage:|вопрос:|问题[：:]",
        r"\ba:|let's|complete (and|transparent)|every (step|intermediate)",
    ),
    "answer_grading": (
        r"\b(rubric|criteria|criterion)\b|rúbrica|criterio|kriteri|критери|评分标准|标准",
        r"\b(grade|score|rate|evaluate|assess|judge)\w*|califica|evalúa|bewert|оцен|评分|评价|打分",
        r"\b(better|worse|prefer|compare|versus)\w*|mejor|besser|лучше|更好|比较",
        r"\b(response|assistant|candidate|answer) ?(a|b|1|2)\b|\bresponse\b.*\bresponse\b",
        r"<number> ?(to|-|/|bis|a|до) ?<number>|\bjson\b|verdict|veredicto|urteil|вердикт",
    ),
    "answer_rewriting": (
        r"\b(rewrite|rephrase|reword|paraphras|reformulat)\w*|reescrib|umformulier|перепиш|改写|重写",
        r"\b(refus|avoid|neutral|sensitive|safe|policy|compliant)\w*|evita|vermeid|избега|避免|敏感|中立",
        r"\b(answer|reply|response|question)\b|respuesta|antwort|ответ|回答|问题",
    ),
    "instruction_generation": (
        r"\b(generate|create|write|list|produce|invent)\b|genera|erzeug|erstell|созда|生成|编写",
        r"\b(instruction|task|prompt|problem|exercise)s?\b|instruccion|tarea|aufgabe|задани|задач|指令|任务|题目",
        r"\b(diverse|different|varied|new|harder|complex|evolve)\w*|divers|vielfält|разнообраз|多样|更难",
    ),
    "agentic_trajectories": (
        r"\b(thought|action|observation)\b.*\b(thought|action|observation)\b|行动|观察",
        r"\b(tool|function|api|browser|terminal|environment)s?\b|herramienta|werkzeug|инструмент|工具",
        r"\b(agent|trajectory|plan|call|invoke|execute|search)\w*|agente|агент|代理|调用",
    ),
    "coding": (
        r"\b(python|javascript|java|rust|sql|c\+\+|golang|typescript)\b",
        r"\b(code|function|class|implement|bug|unit test|program)\w*|código|funktion|код|代码|函数",
        r"```|def |return |import |select .* from",
    ),
    "data_analysis": (
        r"\b(dataset|data frame|dataframe|table|column|csv)s?\b|datos|daten|данн|数据",
        r"\b(analy[sz]|statistic|regression|correlat|trend|summari[sz])\w*|estadíst|статист|统计|分析",
        r"\b(chart|plot|insight|mean|median|variance|metric)s?\b|gráfic|diagramm|график|图表",
    ),
    "vision_and_computer_use": (
        r"\b(image|picture|photo|screenshot|screen)s?\b|imagen|bild|изображ|图像|截图",
        r"\b(describe|click|button|coordinate|pixel|locate)\w*|describ|beschreib|опиш|点击|描述",
    ),
    "benchmark_questions": (
        r"multiple[- ]choice|opción múltiple|单项选择|选择题",
        r"\(?a[).] .*\(?b[).] .*\(?c[).] |option a\b|answer choices",
        r"\b(answer|correct|option|choice)s?\b|respuesta|правильн|正确",
    ),
}
_COMPILED = {
    capability: [re.compile(cue, re.IGNORECASE | re.DOTALL) for cue in cues]
    for capability, cues in _CUES.items()
}


def _capability(prompt: str) -> str:
    """Capability with the largest share of its cues, or `other`."""
    best, best_share = OTHER, 0.0
    for capability, cues in _COMPILED.items():
        found = sum(1 for cue in cues if cue.search(prompt))
        share = found / len(cues)
        if found >= SCORE_MIN and share > best_share:
            best, best_share = capability, share
    return best


def prompt_capability(prompts: pa.Array) -> pa.Array:
    """Capability that most of a family's (masked) prompts ask for.

    Args:
        prompts: list<string> array, shape (n,).

    Returns:
        string array, shape (n,): one of the capabilities or `other`; ties go to the
        first in alphabetical order; null for a null or empty list.

    Example:
        >>> asks = ["Grade the response by this rubric", "Score it: the criteria are"]
        >>> prompt_capability(pa.array([asks]))[0]
        <pyarrow.StringScalar: 'answer_grading'>
    """
    found: list[str | None] = []
    for row in prompts.to_pylist():
        votes = sorted(_capability(prompt) for prompt in row or ())
        found.append(max(votes, key=votes.count) if votes else None)
    return pa.array(found, pa.string())
