"""How a command ends: its result as text or JSON, or one of our errors with the right exit status."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from yichuang.errors import YichuangError
from yichuang.language import _
from yichuang.text import harmless

USAGE = 2
"""The exit status of a command line that cannot be understood."""


def outcome_of(main: Callable[[], Any], *, as_json: bool) -> int:
    """Run a command's `main`; returns its exit status, every error told to the user."""
    try:
        status = main()
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("已中断"), err=True)
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message(), err=True)
        return USAGE
    except click.UsageError as error:
        return _report(_usage(error), as_json=as_json, status=USAGE)
    except YichuangError as error:
        return _report(error.as_json(), as_json=as_json, status=error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # the process's edge: nobody is shown a traceback
        return _report(_unexpected(error), as_json=as_json, status=1)
    return status if isinstance(status, int) else 0


def show(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a command's result, as one JSON object or as text."""
    say(json.dumps(result, ensure_ascii=False) if as_json else text)


def say(text: str, *, err: bool = False) -> None:
    """Print `text`, which may hold names and reasons from outside, without obeying any of it."""
    click.echo(harmless(text), err=err)


def _report(error: dict[str, Any], *, as_json: bool, status: int) -> int:
    if as_json:
        say(json.dumps({"error": error}, ensure_ascii=False))
    else:
        say(_("没有办成：") + error["message"], err=True)
        say(_("下一步：") + error["hint"], err=True)
    return status


def _usage(error: click.UsageError) -> dict[str, Any]:
    context = error.ctx
    command = context.command_path if context else "yichuang"
    return {
        "code": "usage",
        "message": _("命令写得不对：") + _usage_text(error),
        "hint": _("看用法：{command} --help").format(command=command),
    }


def _usage_text(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        near = _("、").join(error.possibilities or [])
        said = _("没有 {name} 这个选项").format(name=error.option_name)
        return said + (_("，是不是 {near}？").format(near=near) if near else "")
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return _("缺少 {name}").format(name=_parameter_name(error.param))
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = _parameter_name(error.param)
        return _("{name} 的值不对（{detail}）").format(name=name, detail=error.message)
    return error.format_message()


def _parameter_name(parameter: click.Parameter) -> str:
    return (
        parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
    )


def _unexpected(error: Exception) -> dict[str, Any]:
    kept = _keep_details(error)
    return {
        "code": "unexpected",
        "message": _("程序出了意外：{detail}").format(detail=f"{type(error).__name__}: {error}"),
        "hint": _("已提交的都在。把 {path} 交给管理员").format(path=kept),
    }


def _keep_details(error: Exception) -> Path:
    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="yichuang-error-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    return Path(file.name)
