"""The FAQ engine: accuracy, online learning, adding and removing articles, tokenizing, the match command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpdesk.cli.inspect.faq import app
from helpdesk.errors import Invalid
from helpdesk.suggestions.articles.article_files import load
from helpdesk.suggestions.commands import Labelled
from helpdesk.suggestions.faq_engine import Engine
from helpdesk.suggestions.matching.confidence import surely_above
from helpdesk.suggestions.matching.tokenizer import Lexicon, is_finglish, skeleton, stem, tokenize

FAQ = Path(__file__).parents[3] / "faq"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load(FAQ), Lexicon.load(FAQ / "words.txt"))


@pytest.mark.parametrize(
    ("text", "language", "article"),
    [
        (
            "سلام وقت بخیر، سفارش ۱۲۳۴ رو هفته پیش ثبت کردم ولی هنوز به دستم نرسیده. میشه پیگیری کنید؟",
            "fa",
            "order-status",
        ),
        ("با سلام، گلدانی که خریدم در بسته شکسته بود و قابل استفاده نیست.", "fa", "broken-in-transit"),
        ("سلام لطفا فاکتور رسمی سفارشم رو برام ایمیل کنید، برای حسابداری شرکت لازم دارم", "fa", "invoice"),
        ("پسوردم رو فراموش کردم و نميتونم لاگين كنم", "fa", "forgotten-password"),
        ("دو بار پول از کارتم کم شده اما پرداخت ناموفق بود", "fa", "payment-failed"),
        ("کفشی که گرفتم کوچیکه، می‌تونم با یه سایز بزرگ‌تر عوضش کنم؟", "fa", "returns"),
        ("salam, sefareshe man kojast? hanooz nareside", "en", "order-status"),
        ("code takhfif kar nemikone", "en", "discount-code"),
        (
            "Hello, I ordered a lamp ten days ago and it still hasn't arrived. Could you check where it is?",
            "en",
            "order-status",
        ),
        ("The mug came in pieces, the box was badly crushed.", "en", "broken-in-transit"),
        ("I'd like my money back, I sent the jacket back two weeks ago", "en", "refund"),
        ("Could I have a proper invoice with our company name on it?", "en", "invoice"),
        ("I moved house, please deliver to my new address", "en", "change-address"),
        ("can't sign in, the reset password mail doesn't come", "en", "forgotten-password"),
    ],
)
def test_the_right_article_is_among_the_first_three(engine: Engine, text: str, language: str, article: str) -> None:
    assert article in [one.article_id.split("/")[1] for one in engine.suggest(text, language)]


def test_suggestions_are_sorted_with_confidence_and_matched_words(engine: Engine) -> None:
    found = engine.suggest("کد تخفیفم کار نمی‌کند", "fa")
    assert found[0].article_id == "fa/discount-code"
    assert "تخفیفم" in found[0].words
    assert all(0 <= one.confidence <= 1 for one in found)
    assert len(engine.suggest("سفارش", "fa", limit=1)) == 1


def test_unknown_words_give_no_suggestion(engine: Engine) -> None:
    assert engine.suggest("", "fa") == []
    assert engine.suggest("؟؟!", "fa") == []
    assert engine.suggest("bonjour", "fr") == []
    assert Engine([]).suggest("سلام", "fa") == []


def test_confirmed_answers_are_learned() -> None:
    articles = [Labelled(n, n, "en", (f"about {n} apples", f"the {n} pear")) for n in ("red", "green", "blue", "old")]
    engine = Engine(articles)
    for _ in range(3):
        engine.learn("my zebra is hungry", "blue")
    engine.learn("my zebra is hungry", "no such article")
    assert engine.suggest("why is the zebra so hungry", "en")[0].article_id == "blue"


def test_articles_are_added_and_removed_at_once() -> None:
    engine = Engine([Labelled(n, n, "en", (f"about {n} apples",)) for n in ("red", "green")])
    engine.add(Labelled("tax", "Tax", "en", ("is value added tax included",)))
    assert engine.suggest("with tax or without?", "en")[0].article_id == "tax"
    engine.remove("tax")
    engine.remove("tax")
    assert "tax" not in [one.article_id for one in engine.suggest("with tax or without?", "en")]
    engine.add(Labelled("سود", "سود", "fa", ("سود سپرده چقدر است",)))
    assert engine.suggest("سود سپرده", "fa")[0].article_id == "سود"


def test_adding_to_many_articles_needs_no_rebuild() -> None:
    engine = Engine([Labelled(f"a{n}", "", "en", (f"question number {n} about thing{n}",)) for n in range(400)])
    engine.add(Labelled("tax", "Tax", "en", ("is value added tax included",)))
    assert engine.suggest("tax included?", "en")[0].article_id == "tax"
    engine.learn("nobody expects zebras", "a3")
    assert engine.suggest("zebras expect", "en")[0].article_id == "a3"
    engine.remove("a3")
    assert "a3" not in [one.article_id for one in engine.suggest("zebras expect", "en")]


def test_the_bot_stays_silent_where_it_cannot_be_sure(engine: Engine) -> None:
    assert engine.alone("سفارش من کجاست", "fa") is None
    assert surely_above(0.95, 100, 100)
    assert not surely_above(0.95, 50, 50)
    assert not surely_above(0.95, 96, 100)


def test_persian_and_finglish_share_consonant_skeletons() -> None:
    for persian, latin in [("سفارش", "sefaresh"), ("تخفیف", "takhfif"), ("چطوری", "chetori"), ("نرسیده", "nareside")]:
        assert skeleton(persian) == skeleton(latin) != ""
    assert is_finglish(tokenize("salam sefaresh man koja hast"))
    assert not is_finglish(tokenize("where is my order"))


def test_words_are_normalised_and_greetings_removed() -> None:
    assert tokenize("سلام! پسورد كتابهای من؟") == ["پسورد", "کتابهای", "من"]
    assert tokenize("سلاممممم خووووبین") == ["خوبین"]
    assert tokenize("salam") == ["salam"]
    assert tokenize("I can't, they're")[:3] == ["i", "can", "not"]
    assert stem("کتابهای") == stem("کتاب") == "کتاب"
    assert stem("orders") == stem("ordered") == stem("order")


def test_lexicon_synonyms_match_with_any_ending() -> None:
    lexicon = Lexicon.load(FAQ / "words.txt")
    assert lexicon.meaning("پسوردم") == lexicon.meaning("گذرواژه") == lexicon.meaning("رمز") == "رمز"
    assert lexicon.meaning("purchases") == lexicon.meaning("bought") == "buy"
    assert lexicon.meaning("زرافه") is None


def test_an_invalid_lexicon_line_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# fine\nرمز: پسورد password\nnonsense\n", encoding="utf-8")
    with pytest.raises(Invalid, match="line 3"):
        Lexicon.load(path)
    with pytest.raises(Invalid, match=r"none\.txt"):
        Lexicon.load(tmp_path / "none.txt")


def test_the_match_command_answers_queries_and_reports_bad_lines(tmp_path: Path) -> None:
    def file(name: str, *lines: object) -> str:
        path = tmp_path / name
        path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
        return str(path)

    known = file("a", *({"text": f"the {n} one", "label": n} for n in ("red", "green", "blue")), "broken")
    asked = file("q", {"text": "red one please"}, "{", {"text": "zebra"}, {"text": ""})
    feedback = file("f", {"text": "zebra", "label": "blue"}, {"text": "nothing", "label": None})
    out = tmp_path / "o"
    run = CliRunner().invoke(
        app, ["match", "--articles", known, "--queries", asked, "--out", str(out), "--feedback", feedback]
    )
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert run.exit_code == 1
    assert lines[0]["suggestions"][0]["label"] == "red"
    assert lines[1]["line"] == 2
    assert lines[2]["suggestions"][0]["label"] == "blue"
    assert lines[3]["suggestions"] == []
    assert {"suggestions", "auto", "ms"} == set(lines[0])
