namespace Sandbox.Seccomp;

/// <summary>Calls whose first argument says which of others they do (linux/net.h, linux/ipc.h); the arguments of those are in memory.</summary>
internal static class Multiplexers
{
    /// <summary>Each with the calls that it can do and their numbers.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyDictionary<string, ulong> Members)> All { get; } =
    [
        ("socketcall", Numbered(1, "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg")),
        ("ipc", new Dictionary<string, ulong>(StringComparer.Ordinal)
        {
            ["semop"] = 1, ["semget"] = 2, ["semctl"] = 3, ["semtimedop"] = 4, ["msgsnd"] = 11, ["msgrcv"] = 12, ["msgget"] = 13, ["msgctl"] = 14, ["shmat"] = 21, ["shmdt"] = 22, ["shmget"] = 23, ["shmctl"] = 24,
        }),
    ];

    /// <summary>
    /// Where libseccomp would decide a multiplexer otherwise than a policy: with a rule for a member it makes one for the multiplexer's
    /// operation too, without the conditions, which are on arguments that it can't see.
    /// </summary>
    public static IEnumerable<string> Losses(SeccompPolicy policy, IReadOnlyDictionary<string, SeccompRule[]> rules)
    {
        foreach (var architecture in policy.Architectures)
        {
            foreach (var (name, members) in All)
            {
                if (SyscallTable.For(architecture).Find(name) is not { } entry) continue;
                string[] opened = [.. members.Where(member => rules.TryGetValue(member.Key, out var own) && own.Any(rule => rule.Decision != policy.Default && rule.Decision != policy.Decide(architecture, entry.Number, member.Value))).Select(member => member.Key)];
                if (opened.Length > 0) yield return $"{name} on {SeccompArchitectures.Name(architecture)}: libseccomp decides its operations as it does {string.Join(' ', opened)}, without their conditions";
            }
        }
    }

    private static Dictionary<string, ulong> Numbered(ulong first, params string[] names) =>
        names.Select((name, index) => (name, first + (ulong)index)).ToDictionary(pair => pair.name, pair => pair.Item2, StringComparer.Ordinal);
}
