# Runs a program under the system call filter of a unit, by libseccomp as systemd does; sandbox.test.ts starts it.
# usage: sandboxed.py UNIT PROGRAM [ARGUMENT...], or sandboxed.py UNIT --list
import ctypes
import errno
import os
import re
import socket
import subprocess
import sys

ALLOW = 0x7FFF0000
NEW_NAMESPACE = 0x7E020080  # every CLONE_NEW* flag but NEWTIME, which clone(2) cannot take
PR_SET_NO_NEW_PRIVS = 38
MASKED_EQUAL, EQUAL = 7, 4


def refuse(number):
    return 0x00050000 | number


class Comparison(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
lib.seccomp_load.argtypes = [ctypes.c_void_p]
lib.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison),
]


def members(name):
    """The calls of a group of systemd's, those of its inner groups among them."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", name, "--no-pager"], check=True, capture_output=True, text=True
    ).stdout
    words = [line.strip() for line in told.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(word) for word in words))


def settings(unit, key):
    with open(unit) as lines:
        return [line.split("=", 1)[1].strip() for line in lines if line.startswith(key + "=")]


def allowed(unit):
    calls = members("@default") | {"execve"}
    for line in settings(unit, "SystemCallFilter"):
        named = set().union(*(members(word) for word in line.removeprefix("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def add(context, action, call, *comparisons):
    number = lib.seccomp_syscall_resolve_name(call.encode())
    if number >= 0:
        array = (Comparison * max(1, len(comparisons)))(*comparisons)
        assert lib.seccomp_rule_add_array(context, action, number, len(comparisons), array) == 0, call


def load(default, rules):
    context = lib.seccomp_init(default)
    for rule in rules:
        add(context, *rule)
    assert lib.seccomp_load(context) == 0


def families(unit):
    (line,) = settings(unit, "RestrictAddressFamilies")
    return {getattr(socket, name) for name in line.split()}


def restrict(unit):
    """The calls, the families of addresses, and no new namespaces: one filter for each, as systemd has it."""
    assert ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    calls = allowed(unit)
    assert "seccomp" in calls or "prctl" in calls
    known = families(unit)
    others = [family for family in range(1, 46) if family not in known]
    strangers = [
        (refuse(errno.EAFNOSUPPORT), "socket", Comparison(0, EQUAL, family, 0)) for family in others
    ]
    spaces = [
        (refuse(errno.EPERM), "unshare"),
        (refuse(errno.EPERM), "setns"),
        (refuse(errno.ENOSYS), "clone3"),
    ] + [
        (refuse(errno.EPERM), "clone", Comparison(0, MASKED_EQUAL, 1 << bit, 1 << bit))
        for bit in range(32)
        if NEW_NAMESPACE & (1 << bit)
    ]
    load(ALLOW, strangers + spaces)
    load(refuse(errno.EPERM), [(ALLOW, call) for call in sorted(calls | {"seccomp", "prctl"})])


if __name__ == "__main__":
    if sys.argv[2:] == ["--list"]:
        print("\n".join(sorted(allowed(sys.argv[1]))))
    else:
        restrict(sys.argv[1])
        os.execvp(sys.argv[2], sys.argv[2:])
