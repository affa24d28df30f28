"""How somebody is reached: telephone numbers and mail addresses as they are kept (A2.1, C2.3)."""

import re

from rules.base import RuleBroken, Words

_FILLERS = re.compile(r"[\s\-‐－—()（）·.]")
_TELEPHONE = re.compile(r"\+?[0-9]{5,15}(?:[x转#][0-9]{1,6})?")
_MAIL = re.compile(r"{sign}+@{sign}+\.(?:(?!\.){sign}){{2,}}".format(sign=r"[^@\s,;:<>()\[\]\\\"]"))


def telephone(written: str | None) -> str | None:
    """A telephone number as it is kept: digits alone, with ``+`` before and an extension behind where there is one.

    Raises RuleBroken at ``phone`` for what is none.
    """
    plain = _FILLERS.sub("", written or "")
    if not plain:
        return None
    if not _TELEPHONE.fullmatch(plain):
        raise RuleBroken(
            Words(
                "This is no telephone number: digits, with + before them or an extension behind.",
                "电话号码格式不正确：请填写数字，可带 + 号或分机号。",
            ),
            field="phone",
        )
    return plain


def mail_address(written: str | None) -> str | None:
    """A mail address as it is kept. Raises RuleBroken at ``mail`` for what is none."""
    plain = (written or "").strip()
    if plain and not (plain.isprintable() and _MAIL.fullmatch(plain)):
        raise RuleBroken(Words("This is no mail address.", "邮箱格式不正确。"), field="mail")
    return plain or None


def no_mail_reaches(written: str | None, *, has_left: bool, wants: bool) -> Words | None:
    """Why no mail can be sent to somebody, None where one can: what is to be put right first."""
    if has_left:
        return Words("This person has left the company: let it be.", "该员工已离职，请选择“不再发送”。")
    if not wants:
        return Words(
            "This person has no active account or has turned these mails off: let it be.",
            "该员工没有可用账号，或已关闭邮件提醒，请选择“不再发送”。",
        )
    try:
        address = mail_address(written)
    except RuleBroken as wrong:
        return wrong.words
    if address is None:
        return Words("Enter the person's mail address first, then send again.", "请先填写该员工的邮箱，再重新发送。")
    return None
