#!/usr/bin/env python3
"""Makes src/Engine/Seccomp/Syscalls/Tables/*.tsv from a Linux source tree.

usage: generate.py KERNEL_SOURCE [syscalls.2[.gz]]

KERNEL_SOURCE is an unpacked kernel tree (Debian: the linux-source package). The numbers come from the tables that
the kernel itself builds its headers from (syscall*.tbl), the parameter widths from the SYSCALL_DEFINEn and
COMPAT_SYSCALL_DEFINEn lines of the C files, the first kernel version from syscalls(2).

Columns, separated by tabs:
  name     as in the table
  number   as seccomp_data.nr has it (x32 with __X32_SYSCALL_BIT)
  count    number of parameters, or - where no definition was found
  narrow   hexadecimal mask: bit i is set where parameter i is 32 bits wide or narrower, so that the kernel ignores
           the upper half of the register; - where unknown
  pointer  hexadecimal mask of the parameters that are pointers; - where unknown
  since    first kernel version by syscalls(2), or -
"""
import gzip
import os
import re
import sys

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "Engine", "Seccomp", "Syscalls", "Tables")

# abi words of each architecture: arch/*/kernel/Makefile.syscalls and arch/*/tools/Makefile
ARCHITECTURES = {
    "x86_64": ("arch/x86/entry/syscalls/syscall_64.tbl", {"common", "64"}, 0),
    "x32": ("arch/x86/entry/syscalls/syscall_64.tbl", {"common", "x32"}, 0x40000000),
    "x86": ("arch/x86/entry/syscalls/syscall_32.tbl", {"i386"}, 0),
    "aarch64": ("arch/arm64/tools/syscall_64.tbl", {"common", "64", "renameat", "rlimit", "memfd_secret"}, 0),
    "arm": ("arch/arm/tools/syscall.tbl", {"common", "eabi"}, 0),
    "riscv64": ("scripts/syscall.tbl", {"common", "64", "riscv", "rlimit", "memfd_secret"}, 0),
    "s390x": ("arch/s390/kernel/syscalls/syscall.tbl", {"common", "64"}, 0),
    "ppc64le": ("arch/powerpc/kernel/syscalls/syscall.tbl", {"common", "nospu", "64"}, 0),
    "loongarch64": ("scripts/syscall.tbl", {"common", "64"}, 0),
}

# Calls newer than the tree: the same number on every architecture (the tables have been in step since 403).
NEWER = [
    ("setxattrat", 463, "6.13"), ("getxattrat", 464, "6.13"), ("listxattrat", 465, "6.13"), ("removexattrat", 466, "6.13"),
    ("open_tree_attr", 467, "6.15"), ("file_getattr", 468, "6.17"), ("file_setattr", 469, "6.17"),
]
NEWER_PARAMETERS = {  # include/linux/syscalls.h
    "setxattrat": ["int", "p", "unsigned int", "p", "p", "size_t"],
    "getxattrat": ["int", "p", "unsigned int", "p", "p", "size_t"],
    "listxattrat": ["int", "p", "unsigned int", "p", "size_t"],
    "removexattrat": ["int", "p", "unsigned int", "p"],
    "open_tree_attr": ["int", "p", "unsigned int", "p", "size_t"],
    "file_getattr": ["int", "p", "p", "size_t", "unsigned int"],
    "file_setattr": ["int", "p", "p", "size_t", "unsigned int"],
    # Defined by hand in assembly or by a macro of their own.
    "rt_sigreturn": [], "sigreturn": [], "restart_syscall": [], "fork": [], "vfork": [],
}

# __ARM_NR_* of arch/arm/include/uapi/asm/unistd.h
ARM_PRIVATE = [("breakpoint", 0xf0001), ("cacheflush", 0xf0002), ("usr26", 0xf0003), ("usr32", 0xf0004), ("set_tls", 0xf0005), ("get_tls", 0xf0006)]

# First versions that syscalls(2) of man-pages 6.03 doesn't have yet.
SINCE = {
    "cachestat": "6.5", "fchmodat2": "6.6", "map_shadow_stack": "6.6", "futex_wake": "6.7", "futex_wait": "6.7", "futex_requeue": "6.7",
    "statmount": "6.8", "listmount": "6.8", "lsm_get_self_attr": "6.8", "lsm_set_self_attr": "6.8", "lsm_list_modules": "6.8",
    "mseal": "6.10", "uretprobe": "6.11", "riscv_hwprobe": "6.4", "quotactl_fd": "5.14", "memfd_secret": "5.14", "landlock_create_ruleset": "5.13",
    "landlock_add_rule": "5.13", "landlock_restrict_self": "5.13", "process_mrelease": "5.15", "futex_waitv": "5.16",
    "set_mempolicy_home_node": "5.17", "epoll_pwait2": "5.11", "mount_setattr": "5.12", "process_madvise": "5.10",
    **{name: version for name, _, version in NEWER},
}

NARROW = {
    "int", "unsigned int", "unsigned", "u32", "__u32", "s32", "__s32", "uint32_t", "int32_t", "pid_t", "uid_t", "gid_t", "mode_t", "umode_t", "qid_t",
    "key_t", "key_serial_t", "clockid_t", "timer_t", "mqd_t", "rwf_t", "old_uid_t", "old_gid_t", "aio_fd_t", "unsigned short", "short", "dev_t",
    "__kernel_old_uid_t", "enum landlock_rule_type", "const enum landlock_rule_type", "enum lockdown_reason", "const int", "const __u32",
    "const unsigned int", "const u32", "unsigned char", "char", "bool", "uint", "const clockid_t", "enum pl_code",
}
DEFINE = re.compile(r"^\s*((?:COMPAT_)?SYSCALL(?:32)?_DEFINE)(\d)\s*\(([^;{]*?)\)\s*[\n{]", re.M | re.S)


def definitions(root):
    found, compat = {}, {}
    for folder in ("arch", "kernel", "fs", "mm", "net", "ipc", "security", "io_uring", "block", "drivers"):
        for directory, _, files in sorted(os.walk(os.path.join(root, folder))):
            for name in sorted(files):
                if not name.endswith(".c"):
                    continue
                path = os.path.join(directory, name)
                arch = os.path.relpath(path, root).split(os.sep)[1] if folder == "arch" else ""
                text = open(path, errors="replace").read()
                if "SYSCALL" not in text:
                    continue
                for kind, count, body in DEFINE.findall(text):
                    words = [word.strip() for word in re.sub(r"/\*.*?\*/", "", body, flags=re.S).split(",")]
                    if len(words) != 1 + 2 * int(count):
                        continue
                    types = [re.sub(r"\s+", " ", word) for word in words[1::2]]
                    (compat if kind.startswith("COMPAT") else found).setdefault(words[0], {})[arch] = types
    return found, compat


def parameters(table, entry, architecture):
    variants = table.get(entry)
    if variants is None:
        return None
    folder = {"x86_64": "x86", "x32": "x86", "x86": "x86", "aarch64": "arm64", "arm": "arm", "riscv64": "riscv", "s390x": "s390",
              "ppc64le": "powerpc", "loongarch64": "loongarch"}[architecture]
    return variants.get(folder) or variants.get("") if (folder in variants or "" in variants) else None


def narrow_mask(types, compat):
    mask = 0
    for index, kind in enumerate(types):
        if "*" in kind or kind == "p":
            continue
        if kind in NARROW or (compat and kind.startswith("compat_")):
            mask |= 1 << index
    return mask


POINTERS = {"p", "cap_user_data_t", "cap_user_header_t", "const cap_user_data_t", "__sighandler_t", "compat_uptr_t"}


def pointer_mask(types):
    return sum(1 << index for index, kind in enumerate(types) if "*" in kind or kind in POINTERS)


def versions(path):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    since = {}
    for line in opened:
        match = re.match(r"\\fB(\w+)\\fP\(2\)\t([0-9][0-9.]*)", line)
        if match:
            since[match.group(1)] = match.group(2)
    since.update(SINCE)
    return since


def main():
    root, page = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "/usr/share/man/man2/syscalls.2.gz"
    found, compat = definitions(root)
    since = versions(page)
    unknown = set()
    for architecture, (table, abis, base) in ARCHITECTURES.items():
        rows = {}
        for line in open(os.path.join(root, table)):
            fields = line.split("#")[0].split()
            if len(fields) < 3 or fields[1] not in abis:
                continue
            entry = fields[3] if len(fields) > 3 else ""
            if architecture == "ppc64le" and fields[2] in rows:
                continue
            rows[fields[2]] = (int(fields[0]) + base, entry)
        for name, number, _ in NEWER:
            rows.setdefault(name, (number + base, "sys_" + name))
        if architecture == "arm":
            rows.update({name: (number, "") for name, number in ARM_PRIVATE})
        width32 = architecture in ("x86", "arm")
        lines = []
        for name, (number, entry) in sorted(rows.items(), key=lambda row: row[1][0]):
            types, is_compat = None, False
            if entry.startswith("compat_sys_"):
                types, is_compat = parameters(compat, entry[len("compat_sys_"):], architecture), True
            if types is None:
                bare = re.sub(r"^(sys_|ppc_|ppc64_|s390_)", "", entry)
                for candidate in (entry, entry.replace("sys_", "", 1), bare, name):
                    types = parameters(found, candidate, architecture)
                    if types is not None:
                        break
            if types is None:
                types = NEWER_PARAMETERS.get(name)
            if types is None and entry not in ("sys_ni_syscall", ""):
                unknown.add((architecture, name, entry))
            count = "-" if types is None else str(len(types))
            mask = "-" if types is None else format((1 << len(types)) - 1 if width32 else narrow_mask(types, is_compat), "x")
            pointers = "-" if types is None else format(pointer_mask(types), "x")
            lines.append(f"{name}\t{number}\t{count}\t{mask}\t{pointers}\t{since.get(name, '-')}\n")
        with open(os.path.join(OUT, architecture + ".tsv"), "w") as out:
            out.write("# name\tnumber\tcount\tnarrow\tpointer\tsince; made by tools/SyscallTables/generate.py\n")
            out.writelines(lines)
        print(f"{architecture}: {len(lines)} calls")
    for row in sorted(unknown):
        print("no definition found:", *row)
    kinds = sorted({kind for table in (found, compat) for variants in table.values() for types in variants.values() for kind in types
                    if "*" not in kind and kind not in NARROW})
    print("types taken as wide:", kinds)


def others(root):
    """Names that only architectures without a table here have (mips, sparc, ...): profiles list them, so that they are no errors."""
    known, found = set(), set()
    for architecture in ARCHITECTURES:
        known |= {line.split("\t")[0] for line in open(os.path.join(OUT, architecture + ".tsv"))}
    for directory, _, files in os.walk(os.path.join(root, "arch")):
        for name in files:
            if name.startswith("syscall") and name.endswith(".tbl"):
                rows = (line.split("#")[0].split() for line in open(os.path.join(directory, name)))
                found |= {row[2] for row in rows if len(row) > 3 and not re.match(r"(reserved|unused|available)\d", row[2])}
    with open(os.path.join(OUT, "others.txt"), "w") as out:
        out.writelines(name + "\n" for name in sorted(found - known))


main()
others(sys.argv[1])
