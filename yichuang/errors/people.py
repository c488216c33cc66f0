"""Refusals about people: who may do what, signing in, posts."""

from __future__ import annotations

from yichuang.errors.refusal import QueueRefusal
from yichuang.language import N_


class NotPermitted(QueueRefusal):
    """The role does not allow it."""

    code = "not_permitted"
    text = N_("您的角色不能办这一步")
    advice = N_("这一步由{roles}来办；需要时请管理员调整角色")


class NotYourPost(QueueRefusal):
    """The clerk is not signed in at that window."""

    code = "not_your_post"
    text = N_("您没有登在 {window} 号窗口（现在在岗：{badge}）")
    advice = N_("回到自己的窗口，或者先上岗到 {window} 号窗口")


class SignedOutSince(QueueRefusal):
    """The person works here no more, or was signed out."""

    code = "signed_out"
    text = N_("工号 {badge} 已经停用")
    advice = N_("请管理员在「人员」里恢复，再重新登录")


class UnknownStaff(QueueRefusal):
    """Nobody has that badge number."""

    code = "unknown_staff"
    text = N_("没有工号 {badge}")
    advice = N_("核对胸牌上的工号；新来的人请管理员先登记")


class InvalidStaff(QueueRefusal):
    """A person's facts cannot be kept as they are."""

    code = "invalid_staff"
    text = N_("人员信息有 {count} 处要改：{problems}")
    advice = N_("改好后再存；一处没改好，全部都不会存")


class StaffChangedSince(QueueRefusal):
    """Somebody else changed or added the person meanwhile."""

    code = "staff_changed"
    text = N_("{badge} {name} 刚被别人登记或改过")
    advice = N_("看一遍现在的内容，再改")


class BadgeTaken(QueueRefusal):
    """Somebody new was to have a badge number that is another's."""

    code = "badge_taken"
    text = N_("工号 {badge} 已经有人：{name}")
    advice = N_("换一个工号；要改他的资料用 yichuang staff change {badge}")


class LastAdministrator(QueueRefusal):
    """Somebody must stay who can administer the hall."""

    code = "last_administrator"
    text = N_("{badge} 是最后一名管理员")
    advice = N_("先让另一个人当管理员，再改这一位")


class SignInRefused(QueueRefusal):
    """The badge number or the PIN is wrong: it is not said which."""

    code = "sign_in_refused"
    text = N_("工号或密码不对")
    advice = N_("再输一次；忘了密码，请督查或管理员重设")


class SignInLocked(QueueRefusal):
    """Too many wrong PINs."""

    code = "sign_in_locked"
    text = N_("输错太多次，{seconds} 秒后才能再试")
    advice = N_("等一等再输；忘了密码，请督查或管理员重设")


class TooManySignIns(QueueRefusal):
    """Too many wrong PINs from one address within a minute."""

    code = "too_many_sign_ins"
    text = N_("这里输错太多次，{seconds} 秒后才能再试")
    advice = N_("等一等再输；一个网络里有人在试密码时，请告诉管理员")


class WeakPin(QueueRefusal):
    """The PIN is too short, or easily guessed."""

    code = "weak_pin"
    text = N_("密码要 {least} 到 {most} 位数字，不能全一样，也不能是顺着的一串")
    advice = N_("换一个别人猜不到的")


class PinUnchanged(QueueRefusal):
    """The new PIN is the old one."""

    code = "pin_unchanged"
    text = N_("新密码和原来的一样")
    advice = N_("换一个新的")


class OwnPin(QueueRefusal):
    """Nobody resets his own PIN: it is changed by whoever knows the present one."""

    code = "own_pin"
    text = N_("自己的密码不能这样重设")
    advice = N_("到「我的信息」里改，要先输现在的密码；忘了的，请另一位管理员重设")


class InvalidKey(QueueRefusal):
    """That is no public key that can be let in."""

    code = "invalid_key"
    text = N_("这不是能用的公钥：{detail}")
    advice = N_("贴上 .pub 文件里的一整行，例如 ssh-ed25519 AAAA...；DSA 和短于 2048 位的 RSA 不收")


class KeyTaken(QueueRefusal):
    """The key opens another's door: a key says who comes, so it is one's alone."""

    code = "key_taken"
    text = N_("这把公钥已经登记给 {who}")
    advice = N_("先在那里删掉，再登记到这里")


class UnknownKey(QueueRefusal):
    """No such key is let in."""

    code = "unknown_key"
    text = N_("没有登记这个公钥")
    advice = N_("看一遍登记的公钥，再选要删的那一个")


class UnknownPost(QueueRefusal):
    """No unattended screen has that name."""

    code = "unknown_post"
    text = N_("没有「{post}」这种无人值守的界面")
    advice = N_("可用：{known}")


class PostTaken(QueueRefusal):
    """Somebody else is signed in at the window."""

    code = "post_taken"
    text = N_("{window} 号窗口现在由 {badge} {name} 在岗")
    advice = N_("确认由您接手，再上岗；对方会被请出")


class PostMissing(QueueRefusal):
    """The person is not signed in at that window."""

    code = "post_missing"
    text = N_("{badge} 没有登在 {window} 号窗口")
    advice = N_("先上岗，再离岗")


class BusyElsewhere(QueueRefusal):
    """The person still has a visitor at another window."""

    code = "busy_elsewhere"
    text = N_("{badge} 在 {window} 号窗口还有 {number} 没有办完")
    advice = N_("先把那个号办完、挂起或过号")


class NotQualified(QueueRefusal):
    """Not trained and passed yet (H07)."""

    code = "not_qualified"
    text = N_("{badge} {name} 还没有上岗资格（考核合格方可上岗）")
    advice = N_("请督查今天特许上岗（要写原因），或者由 B岗顶岗")


class NotOnBoard(QueueRefusal):
    """The one who is to step in is not there."""

    code = "not_on_board"
    text = N_("{badge} {name} 现在「{state}」，不能顶岗")
    advice = N_("另选一位在岗的人")
