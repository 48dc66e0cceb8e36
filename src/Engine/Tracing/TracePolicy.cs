using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>The least policy that allows the calls of a trace.</summary>
internal static class TracePolicy
{
    /// <summary>More rules than this for one call would be more to read than they are worth: the argument with the most values is left free.</summary>
    private const int MostRules = 64;

    // What every program needs and a trace may not show: the kernel makes some of them itself, and others only when something goes wrong.
    private static readonly string[] Always = ["execve", "exit", "exit_group", "restart_syscall", "rt_sigreturn", "sigreturn"];

    /// <summary>Makes the policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="counts">The trace.</param>
    /// <param name="includeDenied">Whether calls that were only refused are allowed too.</param>
    /// <param name="withArguments">Whether arguments are held to the values that were seen.</param>
    /// <param name="apart">Whether a call is allowed only on the architectures on which it was made.</param>
    /// <param name="only">The policy's architectures; those of the trace if null or empty. Calls of others are left out.</param>
    public static SeccompPolicy Of(string name, IReadOnlyList<SyscallCount> counts, bool includeDenied, bool withArguments, bool apart = true, IReadOnlyList<SeccompArchitecture>? only = null)
    {
        if (only is { Count: > 0 }) counts = [.. counts.Where(c => SeccompArchitectures.FromName(c.Architecture) is { } known && only.Contains(known))];
        // A library that was answered ENOSYS took an older call; with another errno it would fail.
        var answered = includeDenied ? [] : counts.Where(c => c.Count == c.Denied && c.Errno is { } errno && errno != Native.Errno.EPERM && c.Name is not null).ToArray();
        var made = counts.Where(c => includeDenied || c.Count > c.Denied).ToArray();
        var byArchitecture = made.GroupBy(Architecture).ToDictionary(g => g.Key, g => g.ToDictionary(Name, StringComparer.Ordinal));
        if (byArchitecture.Count == 0) throw Bad("EMPTY_TRACE", $"The trace '{name}' has no call that was made.", "Trace a run of the program; -IncludeDenied counts refused calls too.");
        SeccompArchitecture[] architectures = only is { Count: > 0 } ? [.. only.Distinct()] : [.. byArchitecture.Keys.OrderByDescending(a => a == SeccompArchitectures.Native).ThenBy(a => a)];
        foreach (var architecture in architectures) AddAlways(architecture, byArchitecture.TryGetValue(architecture, out var calls) ? calls : byArchitecture[architecture] = []);
        var rules = new List<SeccompRule>();
        foreach (var group in architectures.SelectMany(a => byArchitecture[a].Values.Select(c => (Architecture: a, Call: c))).GroupBy(c => c.Call.Name!, StringComparer.Ordinal))
        {
            foreach (var alike in group.GroupBy(c => Conditions(c.Architecture, c.Call, withArguments && !(includeDenied && c.Call.Denied > 0)))) // of refused calls no values are kept
            {
                SeccompArchitecture[] scope = [.. alike.Select(c => c.Architecture)];
                // A scope is said only where it makes a difference.
                var all = !apart || architectures.All(a => scope.Contains(a) || SyscallTable.For(a).Find(group.Key) is null);
                foreach (var conditions in alike.Key) rules.Add(new([group.Key], SeccompAction.Allow, null, conditions, all ? null : scope));
            }
        }

        rules.AddRange(answered.Where(c => byArchitecture.ContainsKey(Architecture(c))).Select(c => new SeccompRule([c.Name!], SeccompAction.Errno, c.Errno, null, architectures.Length == 1 || !apart ? null : [Architecture(c)])));
        return new(name, SeccompAction.Errno, Together(rules), Native.Errno.EPERM, architectures);
    }

    private static SeccompArchitecture Architecture(SyscallCount count) => SeccompArchitectures.FromName(count.Architecture)
        ?? throw Bad("UNKNOWN_ARCHITECTURE", $"The trace has calls of the unknown architecture {count.Architecture}, which no policy can allow.", "Remove their lines from the trace.");

    private static string Name(SyscallCount count) => count.Name
        ?? throw Bad("UNKNOWN_CALL", $"The trace has the call {count.Syscall} of {count.Architecture}, which no table names and no policy can allow.", "Remove its line from the trace: the policy will refuse the call.");

    private static void AddAlways(SeccompArchitecture architecture, Dictionary<string, SyscallCount> calls)
    {
        foreach (var name in Always)
        {
            if (SyscallTable.For(architecture).Find(name) is not { } entry) continue;
            calls.TryAdd(name, new() { Architecture = SeccompArchitectures.Name(architecture), Syscall = (int)entry.Number, Name = name, Count = 0 });
        }
    }

    // Each element is a rule's conditions; without arguments there is one rule without any.
    private static ValueList<ValueList<SeccompCondition>> Conditions(SeccompArchitecture architecture, SyscallCount call, bool withArguments)
    {
        var known = withArguments ? call.Arguments.Where(a => a.Value is { Count: > 0 }).OrderBy(a => a.Value!.Count).ToList() : [];
        while (known.Aggregate(1L, (product, a) => product * a.Value!.Count) > MostRules) known.RemoveAt(known.Count - 1);
        IEnumerable<IEnumerable<SeccompCondition>> rules = [[]];
        foreach (var (index, values) in known.OrderBy(a => a.Key))
        {
            rules = rules.SelectMany(rule => values!.Select(value => rule.Append(new SeccompCondition(index, SeccompOperator.Equal, value))));
        }

        return ValueList<ValueList<SeccompCondition>>.Of(rules.Select(rule => ValueList<SeccompCondition>.Of(rule)));
    }

    // One rule for all calls without conditions and with the same scope; rules with conditions stay one a call, which reads better.
    private static IEnumerable<SeccompRule> Together(List<SeccompRule> rules)
    {
        var plain = rules.Where(r => r.Conditions.Count == 0).GroupBy(r => (r.Decision, ValueList<SeccompArchitecture>.Of(r.Architectures)));
        return plain.Select(g => g.First().With(g.SelectMany(r => r.Names).Order(StringComparer.Ordinal))).Concat(rules.Where(r => r.Conditions.Count > 0));
    }

    private static SandboxException Bad(string reason, string message, string remedy) => new("NewSeccompPolicy," + reason, SandboxErrorKind.InvalidArgument, message, remedy);
}
