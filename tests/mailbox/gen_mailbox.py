#!/usr/bin/env python3
"""gen_mailbox.py - seeded generator of a realistic sales mailbox (Maildir / mbox / .eml + truth file).

Pure standard library, one file.  message(i) is a pure function of (seed, i): a 1k box is a prefix of
the 100k box, and `--start N --count 100` yields exactly the "100 new messages" of an incremental test.

  gen_mailbox.py --out DIR --count 10000                     Maildir (DIR/{cur,new,tmp}), truth in DIR.truth.jsonl
  gen_mailbox.py --out DIR --start 10000 --count 100 --new   the next 100, unseen, in DIR/new
  gen_mailbox.py --out DIR --count 500 --format eml          DIR/000000.eml ...   (--format mbox: one file)
  gen_mailbox.py --stats --count 10000                       only print the size distribution
  ... --canary cnry                                          mark every place a mail could leak from (see mark)
  ... --big 12,25,60                                         besides, mails of 12, 25 and 60 MB with a real PDF and ZIP

What is in it: 55% Japanese (ISO-2022-JP 7bit, UTF-8 base64/QP/8bit, some Shift_JIS), 45% English; text,
multipart/alternative, related (inline logo), mixed (PDF/XLSX/DOCX/PNG/ZIP...), newsletters, calendar invites,
nested message/rfc822; threads by In-Reply-To/References with quoting; Gmail/Exchange style header blocks;
RFC 2047 and RFC 2231 names; 0.4% malformed or odd messages (WEIRD below).
Size: log-normal, median 12 KB, p95 ~141 KB, plus 3 in 10,000 of 2-9 MB; mean ~39 KB (100k box: ~3.9 GB).
"""
import argparse, base64, binascii, functools, hashlib, io, itertools, json, math, os, random, re, zipfile
from email.utils import formatdate

OWNER = ("Kenji Mori", "森 健司", "rep@mori-trading.example")
EPOCH0 = 1_700_000_000          # Nov 2023; messages are spread over ~3 years at any count
STEP = 945                      # mean seconds between two messages at 100k
MEDIAN, SIGMA = 12_000, 1.50
WEIRD_RATE = 0.004
FIRST_BIG = 1_000_000           # the number of the first message made by --big
WEIRD = ["no-message-id", "dup-message-id", "no-date", "future-date", "raw-8bit-subject", "unclosed-multipart",
         "long-header", "empty-body", "unknown-charset", "bad-base64", "nul-byte", "bare-cr"]

# ---------------------------------------------------------------- word stock
EN = ("the to of and a in for is we you on with our be will as this have at are it by from your can that please if an or "
      "not thank meeting price quote contract order delivery schedule project team customer budget proposal invoice payment "
      "demo call week month next update attached document review sign approve discount volume unit license renewal support "
      "issue question answer confirm available tomorrow monday tuesday wednesday thursday friday morning afternoon office "
      "visit travel agenda minutes action item owner deadline quarter forecast pipeline lead opportunity account manager "
      "director legal procurement security privacy data sheet specification sample shipment warehouse stock factory quality "
      "inspection warranty return refund credit bank transfer currency yen dollar tax total net gross margin target plan "
      "strategy market segment competitor feature roadmap release integration interface mobile desktop server cloud network "
      "training onboarding candidate resume interview position salary offer reference recruit agency client vendor partner "
      "reseller channel campaign webinar event booth seminar survey feedback report summary detail draft final version "
      "change request scope milestone risk decision committee board regards best sincerely hello dear hi good kind look "
      "forward hearing let me know soon possible would like need want send sent receive received check help work time also "
      "more any all new other out up about which their there has been was were do does did just only into over after before "
      "between under during within").split()
SYL = "ka ro mi ten sal ver lan dor pre con tri bel nor fis gal hem jun kor lum mar nex ol pra qui ras sto tur umb vex wil yor zan".split()
JN = ("見積書 契約書 請求書 納品書 発注書 提案書 仕様書 議事録 資料 予算 納期 在庫 品質 検査 保証 返品 支払 振込 消費税 合計金額 "
      "商談 打ち合わせ 会議 訪問 出張 日程 候補日 来週 今週 月曜日 火曜日 水曜日 木曜日 金曜日 午前 午後 担当者 責任者 部長 課長 "
      "営業部 経理部 法務部 購買部 情報システム部 開発チーム お客様 取引先 代理店 販売店 新規顧客 既存顧客 競合他社 市場調査 "
      "導入事例 運用支援 保守契約 更新手続き 利用規約 個人情報 秘密保持契約 採用計画 求職者 求人票 面接 内定 履歴書 職務経歴書 "
      "サーバー クラウド ネットワーク セキュリティ ライセンス アカウント パスワード ダッシュボード レポート デモ環境 "
      "スケジュール プロジェクト キャンペーン セミナー アンケート フィードバック 展示会 新製品 カタログ サンプル 出荷 倉庫 工場 物流").split()
JV = ("をお送りいたします を添付いたしました をご確認ください についてご相談があります の件でご連絡いたしました を更新しました "
      "をお願いできますでしょうか を承りました について検討中です の変更をお願いいたします をご承認ください が完了しました "
      "が遅れる見込みです をキャンセルしたく存じます についてご返信をお待ちしております を共有いたします の締め切りは明日です "
      "を再送いたします を社内で確認いたします のお見積りをお願いいたします").split()
JP = "の と や および または に関する における に伴う".split()
JO = ["いつも大変お世話になっております。", "お世話になっております。", "ご連絡ありがとうございます。", "早速のご返信ありがとうございます。",
      "突然のご連絡失礼いたします。", "先日はお忙しい中お時間をいただきありがとうございました。"]
JC = ["何卒よろしくお願い申し上げます。", "ご確認のほどよろしくお願いいたします。", "引き続きよろしくお願いいたします。", "ご不明な点がございましたらお知らせください。"]
KAN = list("東西南北中央大和日本山川田村松竹梅高橋石井林森藤原野島崎岡谷池浜口木上下前後新古長短太平安永福富士金銀銅鉄光明星月空海風花")
SEI = "佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 清水 山崎 阿部 森 池田 橋本 石川".split()
MEI = "太郎 花子 健一 美咲 翔太 陽子 大輔 直美 拓也 恵子 誠 由美 浩二 真理 剛 彩 隆 千尋 修 舞".split()
SEIR = "sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto inoue kimura hayashi shimizu yamazaki abe mori ikeda hashimoto ishikawa".split()
MEIR = "taro hanako kenichi misaki shota yoko daisuke naomi takuya keiko makoto yumi koji mari go aya takashi chihiro osamu mai".split()
FN = "James Mary Robert Linda John Susan David Karen Michael Lisa Daniel Nancy Mark Laura Paul Emma Kevin Anna Brian Julia Søren Zoë José Müller".split()
LN = "Smith Johnson Brown Taylor Miller Davis Wilson Clark Lewis Walker Hall Young King Wright Scott Green Baker Adams Nelson Hill".split()
MAGIC = {"pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"), "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
         "xlsx": (b"PK\x03\x04\x14\x00", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
         "docx": (b"PK\x03\x04\x14\x00", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
         "zip": (b"PK\x03\x04\x14\x00", "application/zip"), "jpg": (b"\xff\xd8\xff\xe0", "image/jpeg"),
         "dat": (b"\x78\x9f\x3e\x22", "application/ms-tnef"), "csv": (b"\xef\xbb\xbf", "text/csv")}


def zipf(words):
    acc, cum = 0.0, []
    for r in range(len(words)):
        acc += 1.0 / (r + 2.7) ** 1.05
        cum.append(acc)
    return words, cum


class Stock:
    """Everything derived from the seed once: vocabulary, companies, contacts, a base64 pool."""
    def __init__(self, seed):
        r = random.Random(f"{seed}:stock")
        tail = sorted({"".join(r.choices(SYL, k=r.choice((2, 2, 3, 3, 4)))) for _ in range(30_000)})
        r.shuffle(tail)
        self.en = zipf(EN + tail)
        jt = sorted({"".join(r.choices(KAN, k=r.choice((2, 2, 3)))) + r.choice(("", "", "部", "案", "書", "計画", "システム")) for _ in range(8_000)})
        r.shuffle(jt)
        self.jn = zipf(JN + jt)
        self.companies = []
        for k in range(600):
            if k % 2:
                self.companies.append((("株式会社" + "".join(r.choices(KAN, k=2)) + r.choice(["商事", "製作所", "電機", "物流", "システムズ", "工業"])), f"c{k}-{r.choice(SYL)}{r.choice(SYL)}.example.jp", "ja"))
            else:
                n = (r.choice(SYL) + r.choice(SYL)).capitalize()
                self.companies.append((f"{n} {r.choice(['Inc.', 'Ltd', 'GmbH', 'Group', 'Labs'])}", f"{n.lower()}{k}.example", "en"))
        self.people = []
        for k in range(3000):
            co = self.companies[int(600 * r.random() ** 1.6)]
            if co[2] == "ja":
                a, b = r.randrange(len(SEI)), r.randrange(len(MEI))
                self.people.append((f"{SEI[a]} {MEI[b]}", f"{MEIR[b]}.{SEIR[a]}{k}@{co[1]}", co, "ja"))
            else:
                f, l = r.choice(FN), r.choice(LN)
                ascii_f = {"Søren": "soren", "Zoë": "zoe", "José": "jose", "Müller": "muller"}.get(f, f.lower())
                self.people.append((f"{f} {l}", f"{ascii_f}.{l.lower()}{k}@{co[1]}", co, "en"))
        raw = r.randbytes(57 * 40_000)
        self.b64 = [binascii.b2a_base64(raw[o:o + 57]) for o in range(0, len(raw), 57)]   # 77-byte lines incl. \n


@functools.lru_cache(maxsize=2)
def stock(seed):
    return Stock(seed)


@functools.lru_cache(maxsize=200_000)
def parent(seed, i):
    """Index of the message i replies to, or None. 52% are replies, mostly to something recent."""
    r = random.Random(f"{seed}:p:{i}")
    if i < 5 or r.random() > 0.52:
        return None
    j = i - 1 - int(r.expovariate(1 / 60.0))
    return j if j >= 0 and kind_of(seed, j) in ("talk", "sent") else None


@functools.lru_cache(maxsize=200_000)
def kind_of(seed, i):
    return random.Random(f"{seed}:k:{i}").choices(("talk", "sent", "news", "notify", "internal", "invite"), (52, 24, 8, 8, 6, 2))[0]


def root(seed, i):
    p = parent(seed, i)
    while p is not None:
        i, p = p, parent(seed, p)
    return i


def refs(seed, i):
    out, p = [], parent(seed, i)
    while p is not None:
        out.append(msgid(seed, p))
        p = parent(seed, p)
    return out[::-1]


def msgid(seed, i):
    r = random.Random(f"{seed}:m:{i}")
    if i > 0 and weird_of(seed, i) == "dup-message-id":
        return msgid(seed, i - 1)
    return f"<{r.getrandbits(64):016x}.{i}@{r.choice(('mail.gmail.example', 'prod.outlook.example', 'mx.example.jp'))}>"


@functools.lru_cache(maxsize=200_000)
def weird_of(seed, i):
    r = random.Random(f"{seed}:w:{i}")
    return r.choice(WEIRD) if r.random() < WEIRD_RATE else None


@functools.lru_cache(maxsize=200_000)
def contact_of(seed, i):
    rt = root(seed, i)
    s = stock(seed)
    return s.people[int(len(s.people) * random.Random(f"{seed}:c:{rt}").random() ** 2.2)]


@functools.lru_cache(maxsize=200_000)
def subject_of(seed, rt):
    s, r = stock(seed), random.Random(f"{seed}:s:{rt}")
    k, lang = kind_of(seed, rt), contact_of(seed, rt)[3]
    if lang == "ja":
        n = r.choices(s.jn[0], cum_weights=s.jn[1], k=2)
        t = {"news": f"【お知らせ】{n[0]}{n[1]}特集 vol.{r.randrange(400)}", "notify": f"[通知] {n[0]}が更新されました #{r.randrange(99999)}",
             "invite": f"招待: {n[0]}{r.choice(JP)}{n[1]}"}.get(k, f"{n[0]}{r.choice(JP)}{n[1]}{r.choice(['の件', 'について', 'のご依頼', 'のご確認', 'のお願い'])}")
        return t
    n = r.choices(s.en[0], cum_weights=s.en[1], k=r.randint(2, 5))
    t = " ".join(w for w in n)
    return {"news": f"{t.title()} - issue {r.randrange(400)}", "notify": f"[{n[0].upper()}-{r.randrange(9999)}] {t}", "invite": f"Invitation: {t}"}.get(k, t.capitalize() + r.choice(["", "", "?", f" ({r.randrange(2024, 2027)})"]))


# ---------------------------------------------------------------- text
def en_text(s, r, chars):
    words, cum = s.en
    out, n = [], 0
    while n < chars:
        ws = r.choices(words, cum_weights=cum, k=r.randint(5, 18))
        ws[0] = ws[0].capitalize()
        line = " ".join(ws) + r.choice([".", ".", ".", "?", "!"])
        out.append(line)
        n += len(line)
    return out


def ja_text(s, r, chars):
    words, cum = s.jn
    out, n = [], 0
    while n < chars:
        a = r.choices(words, cum_weights=cum, k=3)
        line = f"{a[0]}{r.choice(JP)}{a[1]}{r.choice(JV)}。" if r.random() < .6 else f"{a[0]}、{a[1]}、{a[2]}{r.choice(JV)}。"
        out.append(line)
        n += len(line)
    return out


def wrap(lines, width):
    out = []
    for l in lines:
        while len(l) > width:
            cut = l.rfind(" ", 0, width)
            cut = cut if cut > 20 else width
            out.append(l[:cut])
            l = l[cut:].lstrip(" ")
        out.append(l)
    return "\n".join(out)


# ---------------------------------------------------------------- MIME
def enc_word(text, charset):
    if text.isascii():
        return text
    out, cur = [], ""
    for ch in text:                                    # encoded words of <= 75 chars, folded
        cur += ch
        if len(cur) >= 13:
            out.append(cur)
            cur = ""
    if cur:
        out.append(cur)
    lab = {"iso2022_jp": "ISO-2022-JP", "shift_jis": "Shift_JIS"}.get(charset, "UTF-8")
    return "\n ".join(f"=?{lab}?B?{base64.b64encode(c.encode(charset, 'replace')).decode()}?=" for c in out)


def addr(name, mail, charset):
    return f'"{name}" <{mail}>' if name.isascii() else f"{enc_word(name, charset)} <{mail}>"


def qp(b):
    return binascii.b2a_qp(b, istext=True).replace(b"\r\n", b"\n")


def b64(b):
    return b"".join(binascii.b2a_base64(b[o:o + 57]) for o in range(0, len(b), 57))


def text_part(text, sub, charset, cte):
    lab = {"iso2022_jp": "ISO-2022-JP", "shift_jis": "Shift_JIS", "utf-8": "UTF-8", "us-ascii": "us-ascii"}[charset]
    raw = text.encode("utf-8" if charset == "us-ascii" else charset, "replace")
    body = {"base64": b64, "quoted-printable": qp}.get(cte, lambda b: b)(raw)
    if not body.endswith(b"\n"):
        body += b"\n"
    return f'Content-Type: text/{sub}; charset="{lab}"\nContent-Transfer-Encoding: {cte}\n\n'.encode() + body


def disposition(r, name):
    """The two ways a file name is written in a header."""
    if name.isascii():
        return f'filename="{name}"', f'name="{name}"'
    if r.random() < .5:                                 # RFC 2231
        pct = "".join(f"%{b:02X}" for b in name.encode())
        return f"filename*=UTF-8''{pct}", f"name*=UTF-8''{pct}"
    w = f"=?UTF-8?B?{base64.b64encode(name.encode()).decode()}?="   # what Outlook sends
    return f'filename="{w}"', f'name="{w}"'


def attachment(s, r, name, ext, nbytes, cid=None, token=None):
    magic, ctype = MAGIC[ext]
    nlines = max(2 if token else 1, nbytes // 77)
    lead = magic + (f"\n{token}\n".encode() if token else b"")
    first = b64(lead + bytes(-len(lead) % 57))
    off, pool = r.randrange(len(s.b64)), s.b64
    body, need = [first], nlines - first.count(b"\n")
    while need > 0:
        chunk = pool[off:off + need]
        body.extend(chunk)
        need -= len(chunk)
        off = 0
    fn, cn = disposition(r, name)
    disp = "inline" if cid else "attachment"
    h = f"Content-Type: {ctype};\n {cn}\nContent-Disposition: {disp};\n {fn}\nContent-Transfer-Encoding: base64\n"
    if cid:
        h += f"Content-ID: <{cid}>\n"
    return h.encode() + b"\n" + b"".join(body), nlines * 57


def multi(sub, parts, boundary, close=True, extra=""):
    out = [f'Content-Type: multipart/{sub}; boundary="{boundary}"{extra}\n\n'.encode()]
    for p in parts:
        out += [b"--", boundary.encode(), b"\n", p, b"\n"]
    if close:
        out.append(f"--{boundary}--\n".encode())
    return b"".join(out)


STYLE = ("font-family:'Helvetica Neue',Arial,'Hiragino Kaku Gothic ProN',Meiryo,sans-serif;font-size:14px;line-height:1.6;"
         "color:#333333;margin:0 0 12px 0;padding:0;mso-line-height-rule:exactly;-webkit-text-size-adjust:100%;")


def html_of(r, paras, fill, logo_cid=None):
    """HTML body with markup bulk up to about `fill` bytes (as mail HTML has)."""
    o = ['<html><head><meta http-equiv="Content-Type" content="text/html"><style type="text/css">p{margin:0}</style></head><body>']
    for p in paras:
        p = p.replace("&", "&amp;").replace("<", "&lt;")
        o.append(f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="left" style="{STYLE}"><p style="{STYLE}">{p}</p></td></tr></table>' if fill > 20_000 else f'<p style="{STYLE}">{p}</p>' if fill > 4000 else f"<p>{p}</p>")
    if logo_cid:
        o.append(f'<img src="cid:{logo_cid}" width="120" height="40" alt="logo">')
    n = sum(map(len, o))
    k = 0
    while n < fill:
        u = f"{r.getrandbits(128):032x}"
        row = f'<tr><td class="cell-{k % 7}" style="{STYLE}border-bottom:1px solid #{u[:6]};"><a href="https://click.news.example/ls/click?upn={u}{u[::-1]}" style="color:#{u[6:12]};text-decoration:none;">&nbsp;</a><img src="https://cdn.news.example/{u}.png" width="1" height="1" alt=""></td></tr>'
        o.append(row)
        n += len(row) + 1
        k += 1
    o.append("</body></html>")
    return "\n".join(o)


def hexlines(r, n):
    return "\n ".join(base64.b64encode(r.randbytes(51)).decode() for _ in range(n))


def received(r, epoch, me, n):
    out = []
    for k in range(n):
        a, b = r.getrandbits(32), r.getrandbits(64)
        out.append(f"Received: from mail-{a & 0xfff:x}.relay{k}.example (mail-{a & 0xfff:x}.relay{k}.example [203.0.113.{a % 254}])\n"
                   f"        by mx{k}.{me} with ESMTPS id {b:016x}\n        for <{OWNER[2]}>\n"
                   f"        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n        {formatdate(epoch - k)}\n")
    return "".join(out)


# ---------------------------------------------------------------- canaries
def marker(prefix, seed, i):
    """-> (mark, canaries). mark(place) gives the token of a place and notes it; without a prefix there are none.

    A token stands in exactly one place of one message: `subject`, `text`, `html`, `inner` (the subject of a nested
    message), `att1`... (bytes of an attachment or inline picture, decoded), `cc` (a participant used nowhere else).
    So whoever finds one outside knows which mail it came from, and which part of it."""
    canaries = {}
    base = prefix and f"{prefix}-{hashlib.sha256(f'{seed}:{prefix}:{i}'.encode()).hexdigest()[:12]}"

    def mark(place):
        if not base:
            return None
        canaries[place] = f"{base}-{place}" + ("@canary.example" if place == "cc" else "")
        return canaries[place]
    return mark, canaries


# ---------------------------------------------------------------- one message
def message(seed, i, canary=None):
    """-> (bytes with LF line ends, internal date epoch, maildir flags, truth dict)"""
    s, r = stock(seed), random.Random(f"{seed}:{i}")
    mark, canaries = marker(canary, seed, i)
    kind, weird = kind_of(seed, i), weird_of(seed, i)
    person = contact_of(seed, i)
    name, mail, co, lang = person
    rt, par = root(seed, i), parent(seed, i)
    epoch = EPOCH0 + i * STEP + r.randrange(STEP)
    big = r.random() < 0.0003
    size = int(r.uniform(2e6, 9e6)) if big else int(min(max(math.exp(r.gauss(math.log(MEDIAN), SIGMA)), 1500), 8e6))
    charset, cte = "utf-8", "base64"
    if lang == "ja":
        charset, cte = r.choices((("iso2022_jp", "7bit"), ("utf-8", "base64"), ("utf-8", "quoted-printable"), ("utf-8", "8bit"), ("shift_jis", "base64")), (30, 45, 12, 8, 5))[0]
    else:
        charset, cte = r.choices((("us-ascii", "7bit"), ("utf-8", "quoted-printable"), ("utf-8", "8bit")), (40, 45, 15))[0]
    hcs = charset if charset != "us-ascii" else "utf-8"

    # --- text
    tlen = int(min(max(math.exp(r.gauss(math.log(350 if lang == "ja" else 800), .9)), 40), 12_000, size * (.25 if lang == "ja" else .5)))
    needle = f"QT-{(i * 7919 + 104729) % 10**8:08d}"
    body = (ja_text if lang == "ja" else en_text)(s, r, tlen)
    if lang == "ja":
        paras = [f"{co[0]} {name.split()[0]}様" if kind == "sent" else f"{OWNER[1].split()[0]}様", r.choice(JO)] + body + [f"見積番号: {needle}", r.choice(JC)]
        sig = ["--", OWNER[1] if kind == "sent" else name, "森商事株式会社" if kind == "sent" else co[0], f"TEL 03-{r.randrange(1000, 9999)}-{r.randrange(1000, 9999)}"]
    else:
        paras = [f"Hi {(name if kind == 'sent' else OWNER[0]).split()[0]},"] + body + [f"Quote no. {needle}", "Best regards,"]
        sig = ["--", OWNER[0] if kind == "sent" else name, co[0], f"+1 202 555 {r.randrange(1000, 9999)}"]
    quoted = []
    if par is not None:
        q = random.Random(f"{seed}:q:{par}")
        quoted = ["", f"On {formatdate(EPOCH0 + par * STEP)}, {contact_of(seed, par)[0]} wrote:"] + ["> " + l for l in (ja_text if lang == "ja" else en_text)(s, q, min(tlen * 2, 1500))]
    marked = lambda place: paras[:1] + [t for t in (mark(place),) if t] + paras[1:]
    plain = lambda: wrap(marked("text") + sig + quoted, 36 if charset == "iso2022_jp" else 76) + "\n"
    text = "" if weird == "empty-body" else plain()

    # --- headers
    sent = kind == "sent"
    frm, to = (OWNER[1] if lang == "ja" else OWNER[0], OWNER[2]), (name, mail)
    if not sent:
        frm, to = to, frm
    if kind == "internal":
        frm = ("経理 担当", f"staff{r.randrange(40)}@mori-trading.example") if lang == "ja" else ("Accounting", f"staff{r.randrange(40)}@mori-trading.example")
    if kind == "news":
        frm = (co[0], f"news@{co[1]}")
    if kind == "notify":
        frm = (co[0], f"no-reply@{co[1]}")
    cc = [s.people[r.randrange(3000)] for _ in range(r.choices((0, 1, 2, 6, 25), (70, 16, 9, 4, 1))[0])]
    subj = subject_of(seed, rt) if rt == i else ("Re: " * r.choice((1, 1, 1, 2)) + subject_of(seed, rt))
    subj += f" {mark('subject')}" if canary else ""
    H = []
    small = size < 5000
    if not sent:
        H.append(f"Return-Path: <{frm[1]}>\nDelivered-To: {OWNER[2]}\n" + received(r, epoch, "mori-trading.example", 1 if small else r.randint(2, 5)))
        if not small:
            H.append(f"Authentication-Results: mx.mori-trading.example;\n dkim=pass header.i=@{co[1]} header.s=s1 header.b={r.getrandbits(40):x};\n spf=pass smtp.mailfrom={frm[1]};\n dmarc=pass (p=NONE sp=NONE dis=NONE) header.from={co[1]}\n"
                     f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={co[1]}; s=s1; t={epoch};\n h=content-type:mime-version:subject:message-id:to:from:date;\n bh={base64.b64encode(r.randbytes(32)).decode()};\n b={hexlines(r, 5)}\n")
        if size > 9000 and r.random() < .6:
            H.append(f"ARC-Seal: i=1; a=rsa-sha256; t={epoch}; cv=none; d=google.example; s=arc-20240605;\n b={hexlines(r, 5)}\nX-Gm-Message-State: {hexlines(r, 2)}\n")
    mid = msgid(seed, i)
    if weird != "no-message-id":
        H.append(f"Message-ID: {mid}\n")
    rf = refs(seed, i)
    if rf:
        H.append(f"In-Reply-To: {rf[-1]}\nReferences: " + "\n ".join(rf[-20:]) + "\n")
    if weird != "no-date":
        H.append(f"Date: {formatdate(epoch + 32400 + (86400 * 3650 if weird == 'future-date' else 0))[:-5]}+0900\n")
    H.append(f"From: {addr(*frm, hcs)}\nTo: {addr(*to, hcs)}\n")
    copies = [addr(p[0], p[1], "utf-8") for p in cc] + [a for a in (mark("cc"),) if a]
    if copies:
        H.append("Cc: " + ",\n ".join(copies) + "\n")
    raw_subject = None
    if weird == "raw-8bit-subject":
        raw_subject = b"Subject: " + subj.encode("shift_jis", "replace") + b"\n"
    else:
        H.append(f"Subject: {enc_word(subj, hcs)}\n")
    if kind == "news":
        H.append(f"List-Unsubscribe: <https://{co[1]}/u/{r.getrandbits(64):x}>\nPrecedence: bulk\n")
    if kind == "notify":
        H.append("Auto-Submitted: auto-generated\n")
    if weird == "long-header":
        H.append("X-Junk: " + "x" * 12_000 + "\n")
    H.append("MIME-Version: 1.0\n")
    head = "".join(H).encode("utf-8", "replace") + (raw_subject or b"")

    # --- body structure by target size
    room = size - len(head)
    bd = f"=_{r.getrandbits(96):024x}"
    tp = lambda t, sub: text_part(t, sub, charset, cte)
    atts, structure = [], "plain"
    grow = {"base64": .73, "quoted-printable": .8}.get(cte, 1.0)
    if weird == "empty-body":
        bodyb, structure = tp("", "plain"), "plain"
    elif kind == "invite":
        ics = f"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:{i}@cal.example\nSUMMARY:{subj}\nDTSTART:20260401T010000Z\nDTEND:20260401T020000Z\nORGANIZER:mailto:{frm[1]}\nEND:VEVENT\nEND:VCALENDAR\n"
        bodyb = multi("alternative", [tp(text, "plain"), text_part(ics, "calendar", "utf-8", "base64")], bd)
        structure = "invite"
    elif room < 5000 or (room < 9000 and r.random() < .4):
        bodyb = tp(text, "plain")
    else:
        with_att = room > 120_000 or (room > 40_000 and r.random() < .62 and kind != "news") or (room > 9000 and r.random() < .15)
        logo = with_att and r.random() < .35 or (not with_att and room > 14_000 and r.random() < .2)
        cid = f"logo{i}@{co[1]}" if logo else None
        fill = min(room * .55, 9000) if with_att else (room - len(text.encode())) * grow
        htm = html_of(r, marked("html") + sig + quoted, max(0, fill), cid)
        alt = multi("alternative", [tp(text, "plain"), tp(htm, "html")], bd + "a")
        structure = "alternative"
        used = len(alt)
        if logo:
            lg, n = attachment(s, r, "logo.png", "png", r.randint(3000, min(12_000, max(3001, room // 4))), cid, mark("att1"))
            alt = multi("related", [alt, lg], bd + "r")
            used, structure = len(alt), "related"
        bodyb = alt
        if with_att:
            parts, left = [alt], max(2000, room - used)
            nat = r.choices((1, 2, 3), (70, 20, 10))[0]
            for k in range(nat):
                ext = r.choices(("pdf", "xlsx", "docx", "png", "jpg", "zip", "csv", "dat"), (40, 18, 12, 10, 10, 6, 3, 1))[0]
                nm = (f"{r.choice(JN)}_{needle}_{k + 1}.{ext}" if lang == "ja" else f"{r.choice(EN[40:])}-{needle}-{k + 1}.{ext}") if ext != "dat" else "winmail.dat"
                p, n = attachment(s, r, nm, ext, left // nat, token=mark(f"att{k + (2 if logo else 1)}"))
                if weird == "bad-base64" and k == 0:
                    p = p[:-20] + b"@@@not base64@@@\n"
                parts.append(p)
                atts.append([nm, n])
            if r.random() < .03:
                inner = " ".join(["forwarded inner"] + [t for t in (mark("inner"),) if t])
                parts.append(f"Content-Type: message/rfc822\n\nFrom: inner@example.jp\nTo: x@example.jp\nSubject: {inner}\nMessage-ID: <inner{i}@example.jp>\n\ninner body\n".encode())
                structure = "mixed+rfc822"
            else:
                structure = "mixed"
            bodyb = multi("mixed", parts, bd, close=weird != "unclosed-multipart")
    msg = head + bodyb
    if weird == "unknown-charset":
        msg = msg.replace(b'charset="UTF-8"', b'charset="x-unknown-9"').replace(b'charset="ISO-2022-JP"', b'charset="x-unknown-9"')
    if weird == "nul-byte":
        msg = msg[:-10] + b"a\0b" + msg[-10:]
    if weird == "bare-cr":
        msg = msg[:-10] + b"a\rb" + msg[-10:]
    flags = "".join(f for f, p in (("F", .03), ("R", .25 if kind == "talk" else 0), ("S", .85)) if r.random() < p)
    truth = dict(i=i, size=len(msg), epoch=epoch, message_id=None if weird == "no-message-id" else mid, in_reply_to=rf[-1] if rf else None, thread=rt, kind=kind,
                 subject=subj, from_=frm[1], from_name=frm[0], to=to[1], cc=[p[1] for p in cc] + [canaries[c] for c in ("cc",) if c in canaries], lang=lang, charset=charset, cte=cte, structure=structure,
                 attachments=atts, needle=needle if text else None, weird=weird)
    if canary:
        truth["canaries"] = canaries
    return msg, epoch, flags, truth


# ---------------------------------------------------------------- big messages
def pdf(r, nbytes, token):
    """A one-page PDF whose picture is `nbytes` of noise, with a true cross-reference table."""
    text = f"BT /F1 24 Tf 72 720 Td ({token or 'Catalogue'}) Tj ET".encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</I 6 0 R>>>>>>",
               b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
               b"<</Type/XObject/Subtype/Image/Width 1024/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>\nstream\n%s\nendstream"
               % (nbytes // 1024, nbytes // 1024 * 1024, r.randbytes(nbytes // 1024 * 1024))]
    out, at = [b"%PDF-1.7\n"], []
    for n, o in enumerate(objects, 1):
        at.append(sum(map(len, out)))
        out.append(b"%d 0 obj\n%s\nendobj\n" % (n, o))
    start = sum(map(len, out))
    out.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(at) + 1) + b"".join(b"%010d 00000 n \n" % o for o in at))
    out.append(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(at) + 1, start))
    return b"".join(out)


def archive(r, nbytes, token):
    buf = io.BytesIO()
    with zipfile.ZipFile(buf, "w") as z:                # stored, with a fixed date: the same bytes on every run
        z.writestr(zipfile.ZipInfo("readme.txt"), f"{token or 'photographs'}\n")
        z.writestr(zipfile.ZipInfo("photos.raw"), r.randbytes(nbytes))
    return buf.getvalue()


def big_message(seed, k, megabytes, epoch, canary=None):
    """A mail of `megabytes` * 10**6 bytes on the wire (CRLF, base64): text, HTML, a PDF and a ZIP that open."""
    r, i = random.Random(f"{seed}:big:{k}:{megabytes}"), FIRST_BIG + k
    mark, canaries = marker(canary, seed, i)
    name, mail, co, _ = stock(seed).people[r.randrange(3000)]
    room = int(megabytes * 1e6 * 57 / 78) - 4000
    files = [("カタログ.pdf", "pdf", pdf(r, room * 2 // 3, mark("att1"))), ("photos.zip", "zip", archive(r, room // 3, mark("att2")))]
    token = lambda place: [t for t in (mark(place),) if t]
    subj = " ".join([f"Catalogue and photographs, {megabytes} MB"] + token("subject"))
    alt = multi("alternative", [text_part("\n".join(["Please find both files attached."] + token("text")), "plain", "us-ascii", "7bit"),
                                text_part("".join(f"<p>{p}</p>" for p in ["Please find both files attached."] + token("html")), "html", "us-ascii", "7bit")], f"=_alt{k}")
    parts = [alt]
    for nm, ext, data in files:
        fn, cn = disposition(r, nm)
        parts.append(f"Content-Type: {MAGIC[ext][1]};\n {cn}\nContent-Disposition: attachment;\n {fn}\nContent-Transfer-Encoding: base64\n\n".encode() + b64(data))
    cc = token("cc")
    head = (f"Return-Path: <{mail}>\nMessage-ID: <{r.getrandbits(64):016x}.{i}@mx.example.jp>\nDate: {formatdate(epoch)}\nFrom: {addr(name, mail, 'utf-8')}\n"
            f"To: {addr(OWNER[0], OWNER[2], 'utf-8')}\n" + "".join(f"Cc: {a}\n" for a in cc) + f"Subject: {subj}\nMIME-Version: 1.0\n").encode()
    msg = head + multi("mixed", parts, f"=_mixed{k}")
    truth = dict(i=i, size=len(msg), epoch=epoch, message_id=re.search(rb"Message-ID: (.*)", head)[1].decode(), in_reply_to=None, thread=i, kind="talk",
                 subject=subj, from_=mail, from_name=name, to=OWNER[2], cc=cc, lang="en", charset="us-ascii", cte="7bit", structure="mixed",
                 attachments=[[nm, len(data)] for nm, _, data in files], needle=None, weird=None)
    if canary:
        truth["canaries"] = canaries
    return msg, epoch, "", truth


# ---------------------------------------------------------------- writers
def write_one(a, i, made):
    """-> its line of the truth file"""
    msg, epoch, flags, truth = made
    if a.format == "eml":
        fn = os.path.join(a.out, f"{i:06d}.eml")
    else:
        v = len(msg) + msg.count(b"\n") - msg.count(b"\r\n")
        base = f"{epoch}.M{i:06d}P1.lab,S={len(msg)},W={v}"
        fn = os.path.join(a.out, "new", base) if a.new else os.path.join(a.out, "cur", f"{base}:2,{flags}")
    with open(fn, "wb") as f:
        f.write(msg)
    os.utime(fn, (epoch, epoch))
    truth["file"] = os.path.basename(fn)
    return json.dumps(truth, ensure_ascii=False)


def write_range(a, lo, hi):
    return [write_one(a, i, message(a.seed, i, a.canary)) for i in range(lo, hi)]


def bigs(a, hi):
    """The big messages follow the range in time, so they are the newest ones of the box."""
    for k, megabytes in enumerate(a.big):
        yield FIRST_BIG + k, big_message(a.seed, k, megabytes, EPOCH0 + hi * STEP + 60 * k, a.canary)


def canary_prefix(text):
    if not re.fullmatch("[a-z0-9]{1,12}", text):
        raise argparse.ArgumentTypeError("1 to 12 of a-z and 0-9, so that a token is never wrapped")
    return text


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out")
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--start", type=int, default=0)
    p.add_argument("--seed", default="42")
    p.add_argument("--format", choices=("maildir", "mbox", "eml"), default="maildir")
    p.add_argument("--new", action="store_true", help="maildir: unseen, into new/")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--truth", help="JSON lines file (default OUT.truth.jsonl; '-' for none)")
    p.add_argument("--stats", action="store_true")
    p.add_argument("--canary", metavar="PREFIX", type=canary_prefix, help="mark every message; the tokens are in the truth file")
    p.add_argument("--big", metavar="MB,...", type=lambda v: [int(x) for x in v.split(",")], default=[], help="besides, one message of each size")
    a = p.parse_args()
    hi = a.start + a.count
    if a.stats:
        sz = sorted(len(message(a.seed, i, a.canary)[0]) for i in range(a.start, hi))
        q = lambda f: sz[min(len(sz) - 1, int(f * len(sz)))]
        print(json.dumps(dict(n=len(sz), total=sum(sz), mean=sum(sz) // len(sz), p5=q(.05), p50=q(.5), p90=q(.9), p95=q(.95), p99=q(.99), max=sz[-1], over_1MB=sum(x > 1e6 for x in sz))))
        return
    if not a.out:
        p.error("--out")
    if a.format == "mbox":
        os.makedirs(os.path.dirname(os.path.abspath(a.out)), exist_ok=True)
        with open(a.out, "wb") as f, open(a.truth or a.out + ".truth.jsonl", "w") as t:
            ordinary = (message(a.seed, i, a.canary) for i in range(a.start, hi))
            for msg, epoch, flags, truth in itertools.chain(ordinary, (made for _, made in bigs(a, hi))):
                f.write(b"From gen@example " + formatdate(epoch).encode() + b"\n" + msg.replace(b"\nFrom ", b"\n>From ") + b"\n")
                t.write(json.dumps(truth, ensure_ascii=False) + "\n")
        return
    for d in ("cur", "new", "tmp") if a.format == "maildir" else ("",):
        os.makedirs(os.path.join(a.out, d), exist_ok=True)
    cuts = list(range(a.start, hi, 500)) + [hi]
    jobs = [(a, lo, up) for lo, up in zip(cuts, cuts[1:])]
    if a.jobs > 1 and len(jobs) > 1:
        from multiprocessing import Pool
        with Pool(a.jobs) as pool:
            res = sum(pool.starmap(write_range, jobs), [])
    else:
        res = sum((write_range(*j) for j in jobs), [])
    res += [write_one(a, i, made) for i, made in bigs(a, hi)]
    if a.truth != "-":
        with open(a.truth or a.out.rstrip("/") + ".truth.jsonl", "w") as t:
            t.writelines(line + "\n" for line in res)


if __name__ == "__main__":
    main()
