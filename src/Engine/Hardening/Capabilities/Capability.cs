using System.Collections.Frozen;

namespace Sandbox.Hardening;

/// <summary>The capabilities of capabilities(7): names and numbers of linux/capability.h.</summary>
public static class Capability
{
    private static readonly string[] Table =
    [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_KILL",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN",
        "CAP_NET_RAW",
        "CAP_IPC_LOCK",
        "CAP_IPC_OWNER",
        "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT",
        "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG",
        "CAP_MKNOD",
        "CAP_LEASE",
        "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE",
        "CAP_MAC_ADMIN",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ",
        "CAP_PERFMON",
        "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    private static readonly FrozenDictionary<string, int> Numbers =
        Table.Select((name, number) => (name, number)).ToFrozenDictionary(c => c.name, c => c.number, StringComparer.Ordinal);

    /// <summary>The names by number.</summary>
    public static IReadOnlyList<string> Names => Table;

    /// <summary>The name of a number, or <c>CAP_N</c> for one that is newer than this table.</summary>
    public static string Name(int number) => number >= 0 && number < Table.Length ? Table[number] : $"CAP_{number}";

    /// <summary>The number of a name; case doesn't matter and <c>CAP_</c> may be left out.</summary>
    public static bool TryParse(string name, out int number)
    {
        string upper = name.ToUpperInvariant();
        return Numbers.TryGetValue(upper, out number) || Numbers.TryGetValue("CAP_" + upper, out number);
    }

    /// <summary>The number of a name; an unknown one is an error with a suggestion.</summary>
    public static int Parse(string name) => TryParse(name, out int number) ? number : throw new SandboxException(
        "Capability,UNKNOWN_NAME", SandboxErrorKind.InvalidArgument, $"capability '{name}' is not known.{NameSuggestion.For(name, Table)}",
        "Use a name of capabilities(7), such as CAP_NET_BIND_SERVICE.");

    /// <summary>The names of a set of /proc/PID/status.</summary>
    public static IReadOnlyList<string> NamesOf(ulong set) =>
        [.. Enumerable.Range(0, 64).Where(n => (set >> n & 1) != 0).Select(Name)];

    /// <summary>The set of some names.</summary>
    public static ulong SetOf(IEnumerable<string> names) => names.Aggregate(0UL, (set, name) => set | 1UL << Parse(name));

    /// <summary>The highest capability that the running kernel has; all up to it must leave the bounding set.</summary>
    public static int KernelLast(Func<string, string>? read = null)
    {
        string text = (read ?? File.ReadAllText)("/proc/sys/kernel/cap_last_cap").Trim();
        return int.TryParse(text, out int last) && last is >= 0 and < 64 ? last : throw new SandboxException(
            "Capability,BAD_KERNEL_VALUE", SandboxErrorKind.NotSpecified, $"/proc/sys/kernel/cap_last_cap holds '{text}', which is no capability number.");
    }
}
