"""Makes Fixtures/caption-metrics: tokens and scores of pycocoevalcap, whose tokenizer is a Java program.

All text is made here under a fixed seed. Pinned: pycocoevalcap 1.2, numpy 2.4.6 (see pins.py); any Java from 8 on.
Run: python3 Tools/make_fixtures/caption_metrics.py
"""
import json
import random
from collections import Counter

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

import pins

# Strings that tokenizers trip over; each is a case as a whole, and each of its words is one too.
NASTY = r"""
A man's dog don't can't won't cannot gonna gotta wanna lemme gimme 'tis 'twas d'ye more'n I'd they'll we're wouldn't've
Don't DON'T DIDN'T didn'T don`t don’t don‘t dogn't isn'ts 5n't well-don't don't-care don't/won't can'tn't cann't
dog's dogs' dog'sx dog's-x dog's. dog's2 BOY'S dog'd dog'll dog'LL dog'm she'd've A's TV's U.S.'s mr.'s 80's 1980's K9's
O'Brien o'clock o’clock rock'n'roll rock 'n' roll ma'am Hawai'i e'er nor'easter c'mon s'mores li'l ol' y'all y’all c'est
l'eau d'Artagnan L'Oreal j'ai qu'il n'est D'Angelo jack-o'-lantern jack-o'lantern NO'ONE C'est d'y o'x O'B x'yz ab'c
'em 'til 'cause 'bout 'n 'nx 'dog 'dog' 'd 'lls 's-eye-view 'slide ’several ’s ’tis '80s '80 '98s '9 '1990 '20sx 5'10"
U.S. flag in the U.S. the U.S. A man U.S U.S.A. R.V. S.C.U.B.A. U.S.-based anti-U.S. a.m.-p.m. e.g. i.e., etc. etc... p.m.x
Dr. Smith and Mr. Jones Jr. walk St. John's St. near the Washington Ave. of La. on Jan. 5 or Sat. or Wed. vs. Inc. Ph.D.
mr. MR. Mr.x no. x no. 5 no.5 fig. 3 art. x pp. 9 la. La. wash. Wash. mfg. MFG. Ph.D.s Ph.D ph.d. inc. co. Co., cont'd. Inc.x inc.xy Al.n mr.n
T. The dog T. A dog T. Man t. It x T. a A. A. A man I. In J. K. Rowling a. b. é. ñ. x-y. dog., children.; 12345., 5., a.b.,
It costs $5 and $5.00, £3, €4, 5$ US$5 C$4 us$5 ¢5 5¢ ¥5 ¤5 $.50 $1,000 $5-6 $a $$ 5% 20%-off #1 # 1
1,000 1,00 1,5a 1.5 1.5.6 .5 5. 1..5 -5 +5 1+1 5-6 -5.5 5-foot 5ft. 1st 21ST 3rd. 5x5 3D 4WD -4WD 1e-5 v2.0 10,000m B-52
at 3:30 p.m. on 3/4/2010 and 12:00am 1:2:3 5:30-6:30 1-1-10 2010-01-02 1.5-2.5 1,000-1,500 1990-1995 '90-'95
½ cup 3 1/2 1 1/2 3-1/2 11/22 1/2-inch 1½ ⅓ 3⁄4 1\/2 1/2/3 1/2/3/4 12/34/56789 1 ½ 10000/2
555-1234 (555) 555-1234 555-555-1234 1-800-555-1234 555.555.1234 +1 555 555 1234 1.800.555.1234 100 200 3000
black/white and/or dogs/cats A/C w/o w/ a/b/c/d x-y/z-w/v /a a//b é/b a\/b a/b- 日本/語
well-known t-shirt -foo foo- --foo foo--bar a---b a - b a -- b --- ---- ----- a-1-b a_b a__b _a_ snake_case_word
(paren) [bracket] {brace} <tag> <b>x</b> <a b> <a/> <1> <> << >> <!-- x --> a>b (() ) ((a))
wait... what.. no.... yes . . . a . . b … a...b ab...cd ..... ........ .a .a. end.Start end. start end .
"quoted" ''x'' ``y`` `z' 'single' “curly” ‘curly’ «guillemets» ‹a› „low‚ ”“ ’” "" ''' ’’n
he said:hello a;b a,b a.b a!b a?b!! ?! ??? !! ! ? a! .b !? ?.
&amp; & &lt;b&gt; &quot;x&quot; &#39; &foo; AT&T at&t AT&amp;T R&D M&Ms a&b AA&BB A&b A+E a+e AT+St
:) :-) ;) :P :d :dog :Dog =) :)x :)5 :'( :/ :\ :| <3 >:( ^_^ -_- (^_^) (-_-) (---) 8) o_O ^.^ :-* :} {:
www.foo.com http://foo.com/x?y=z. https://ab http://a foo.com foo.com. foo.org/x foo.org/xy foo-bar.com Foo.com 3.com +x.com
a@b.com a@b a@ @a @user @1 a.b@c.de a@b,c a@b. é@b #tag #a1 #1a #a_b #a-b ## @@ #é
* ** *star* a*b \* + ++ C++ c# = == ~ ~~ ^ | || \ \\ % %% _ __ < > / // @ `
café naïve über é É Ñ emoji 😀 dog 👍🏽 ☃ ★ ♥ 日本語 1日本 한국어 русский ΩΣ dog™ © ° 5°C ² x² § • · — – a—b 5–6 − → e​f ef
‐ a‐b a‑b ¿a ¡a ′ ″ ´ № １２３ ａｂｃ ① １,５ （a） 、 。
"""

COLOURS = "black white red brown yellow blue-green light-colored".split()
BEINGS = ("dog", "man", "woman", "boy", "girl", "couple", "dogs' owner and a surfer", "man's dog", "girl's brother")
DOINGS = ("runs through", "is jumping over", "doesn't look at", "plays with", "sits by", "can't reach", "rides past")
THINGS = "ball,frisbee,fence,T-shirt,4-wheeler,lake,U.S. flag,street skate park,half-pipe,Mr. Smith's car".split(",")
PLACES = ("in the snow", "on the beach", "at 3:30 p.m.", "with a (red) hat", "near $5 toys", "... and smiles", "")


def phrase(generator):
    choices = (("A", "The", "Two", "One"), COLOURS, BEINGS, DOINGS, ("a", "the"), THINGS, PLACES)
    words = [generator.choice(words) for words in choices]
    return " ".join(w for w in words if w) + generator.choice((" .", ".", "", "!", "!!"))


def sets(generator):
    """Images with a candidate and one to six references, odd ones among them."""
    images = []
    for number in range(120):
        references = [phrase(generator) for _ in range(generator.randint(1, 6))]
        words = generator.choice(references).split() if generator.random() < 0.7 else phrase(generator).split()
        for _ in range(generator.randint(0, 3)):
            words[generator.randrange(len(words))] = generator.choice(phrase(generator).split())
        images.append({"id": f"image {number}", "candidate": " ".join(words), "references": references})
    odd = [
        ("", ["A dog runs ."]), ("dog", ["A dog runs ."]), (".", ["...", "A dog ."]), ("dog dog dog dog", ["A dog runs ."]),
        ("!", ["."]), ("xyzzy plugh", ["A dog runs ."]), ("A dog 1 1/2 years old", ["1 1/2 dogs", "A 1 1/2 year old dog"]),
        ("A dog runs .", ["A dog runs ."]), ("a b c d e f g h", ["a b c", "a b c d e f g h i j k l m"]),
    ]
    for number, (candidate, references) in enumerate(odd):
        images.append({"id": f"odd {number}", "candidate": candidate, "references": references})
    return images


def plain_cider(references, candidates):
    """The paper's CIDEr, times 10, without stemming: cosines of tf-idf vectors, not clipped, no penalty on length."""
    def grams(text):
        words = text.split()
        return [Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1)) for n in range(1, 5)]
    frequency = Counter(g for texts in references.values() for g in {g for t in texts for c in grams(t) for g in c})
    images = np.log(float(len(references)))

    def vectors(text):
        return [{g: tf * (images - np.log(max(1.0, frequency[g]))) for g, tf in c.items()} for c in grams(text)]

    def cosine(a, b):
        norms = np.sqrt(sum(v * v for v in a.values())) * np.sqrt(sum(v * v for v in b.values()))
        return sum(v * b.get(g, 0.0) for g, v in a.items()) / norms if norms else 0.0
    return [10 * np.mean([np.mean([cosine(a, b) for a, b in zip(vectors(candidates[i][0]), vectors(text))])
                          for text in references[i]]) for i in references]


def scores(images):
    tokenizer = PTBTokenizer()
    references = tokenizer.tokenize({m["id"]: [{"caption": c} for c in m["references"]] for m in images})
    candidates = tokenizer.tokenize({m["id"]: [{"caption": m["candidate"]}] for m in images})
    bleu, bleus = Bleu(4).compute_score(references, candidates, verbose=0)
    rouge, rouges = Rouge().compute_score(references, candidates)
    cider, ciders = Cider().compute_score(references, candidates)
    plain = plain_cider(references, candidates)
    rows = [{"bleu": [float(b[i]) for b in bleus], "rougeL": float(rouges[i]), "cider": float(ciders[i]),
             "plainCIDEr": float(plain[i])} for i in range(len(images))]
    whole = {"bleu": [float(b) for b in bleu], "rougeL": float(rouge), "cider": float(cider),
             "plainCIDEr": float(np.mean(plain))}
    return whole, rows


def texts(generator):
    lines = [line for line in NASTY.strip().split("\n")]
    pieces = [word for line in lines for word in line.split(" ")]
    phrases = [phrase(generator) for _ in range(200)]
    mixed = []
    for _ in range(600):
        words = phrase(generator).split()
        words[generator.randrange(len(words))] += generator.choice((",", ".", "'s", "n't", "...", "-", "/")) + (
            generator.choice(pieces))
        words.insert(generator.randrange(len(words)), generator.choice(pieces))
        mixed.append(" ".join(words))
    return list(dict.fromkeys(lines + pieces + phrases + mixed))


def tokens(strings):
    # A line between any two: some rules look into the next line.
    captions = {"all": [{"caption": c} for text in strings for c in (text, "x")]}
    tokenized = PTBTokenizer().tokenize(captions)["all"]
    assert tokenized[1::2] == ["x"] * len(strings)
    return [text.split(" ") if text else [] for text in tokenized[::2]]


def main():
    pins.check("pycocoevalcap", "numpy")
    generator = random.Random(14)
    folder = pins.FIXTURES / "caption-metrics"
    folder.mkdir(parents=True, exist_ok=True)
    strings = texts(generator)
    lines = [json.dumps({"text": a, "tokens": b}, ensure_ascii=False) for a, b in zip(strings, tokens(strings))]
    (folder / "tokens.jsonl").write_text("\n".join(lines) + "\n")
    images = sets(generator)
    whole, rows = scores(images)
    whole["images"] = [image | row for image, row in zip(images, rows)]
    (folder / "scores.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    for name in ("tokens.jsonl", "scores.json"):
        print(name, (folder / name).stat().st_size)
    print({key: whole[key] for key in ("bleu", "rougeL", "cider", "plainCIDEr")})


if __name__ == "__main__":
    main()
