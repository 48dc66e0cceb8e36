using Sandbox.Native;

namespace Sandbox.Seccomp;

/// <summary>
/// What happens to system calls. Immutable, and equal to another policy that says the same.
/// A call takes the harshest action of all rules that name it and whose conditions hold (the order of
/// <see cref="SeccompAction"/>, which is the kernel's for stacked filters; of equal ones the first rule counts), and the default
/// action if there is none. A call of an architecture that the policy doesn't list kills the process.
/// </summary>
public sealed partial record SeccompPolicy
{
    private readonly Lazy<Evaluation> evaluation;

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="defaultAction">What happens to calls that no rule names.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="defaultErrno">The errno of a default action Errno (EPERM if null), the message of Trace.</param>
    /// <param name="architectures">The architectures; the one of this machine if null or empty.</param>
    /// <param name="flags">Flags for the filter.</param>
    /// <param name="description">One line about its purpose.</param>
    /// <param name="listenerPath">The socket of a supervisor that an OCI runtime hands the listener to.</param>
    /// <param name="listenerMetadata">What an OCI runtime passes to that supervisor.</param>
    /// <param name="justifications">Why findings of the checks are meant so.</param>
    public SeccompPolicy(string name, SeccompAction defaultAction, IEnumerable<SeccompRule> rules, int? defaultErrno = null,
        IEnumerable<SeccompArchitecture>? architectures = null, SeccompFilterFlags flags = SeccompFilterFlags.None, string description = "",
        string? listenerPath = null, string? listenerMetadata = null, IEnumerable<SeccompJustification>? justifications = null)
    {
        Name = name;
        Description = description;
        DefaultAction = defaultAction;
        DefaultErrno = SeccompRule.CheckErrno(defaultAction, defaultErrno);
        Rules = ValueList<SeccompRule>.Of(rules);
        var listed = (architectures ?? []).Distinct().ToArray();
        Architectures = ValueList<SeccompArchitecture>.Of(listed.Length == 0 ? [SeccompArchitectures.Native] : listed);
        Flags = flags;
        ListenerPath = listenerPath;
        ListenerMetadata = listenerMetadata;
        Justifications = ValueList<SeccompJustification>.Of(justifications ?? []);
        if (Justifications.GroupBy(justification => justification.RuleId).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new SandboxException("SeccompPolicy,TWO_REASONS", SandboxErrorKind.InvalidArgument, $"The policy '{name}' justifies '{twice.Key}' twice.", "Give one reason.");
        evaluation = new(() => new Evaluation(this));
        foreach (var rule in Rules)
        {
            CheckNames(rule.Names, Name);
            if (rule.Architectures.FirstOrDefault(scope => !Architectures.Contains(scope), (SeccompArchitecture)(-1)) is var foreign and >= 0)
            {
                throw new SandboxException("SeccompPolicy,SCOPE", SandboxErrorKind.InvalidArgument, $"The rule '{rule}' is for {SeccompArchitectures.Name(foreign)}, which the policy '{Name}' doesn't list.", "List the architecture in the policy, or leave it out of the rule.");
            }
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>One line about its purpose.</summary>
    public string Description { get; }

    /// <summary>What happens to calls that no rule names.</summary>
    public SeccompAction DefaultAction { get; }

    /// <summary>The errno of a default action Errno, the message of Trace, else 0.</summary>
    public int DefaultErrno { get; }

    /// <summary>The architectures whose calls the rules are for; others are killed.</summary>
    public IReadOnlyList<SeccompArchitecture> Architectures { get; }

    /// <summary>The rules.</summary>
    public IReadOnlyList<SeccompRule> Rules { get; }

    /// <summary>Flags for the filter.</summary>
    public SeccompFilterFlags Flags { get; }

    /// <summary>The socket of a supervisor that an OCI runtime hands the listener to. This module hands it to its own.</summary>
    public string? ListenerPath { get; }

    /// <summary>What an OCI runtime passes to that supervisor.</summary>
    public string? ListenerMetadata { get; }

    /// <summary>Why findings of the checks are meant so; Measure-SeccompPolicy shows each beside the finding.</summary>
    public IReadOnlyList<SeccompJustification> Justifications { get; }

    /// <summary>The default action and errno together.</summary>
    public SeccompDecision Default => new(DefaultAction, DefaultErrno);

    /// <summary>
    /// Whether the other policy says the same: all of its properties are equal, and every call is decided alike for all arguments. The
    /// order and grouping of rules, sets in place of their calls, and rules without effect make no difference. Where that can't be
    /// decided (<see cref="SeccompProver"/>), only equal rules are equal.
    /// </summary>
    public bool Equals(SeccompPolicy? other) => ReferenceEquals(this, other) || (other is not null && Name == other.Name && Description == other.Description
        && Default == other.Default && Flags == other.Flags && ListenerPath == other.ListenerPath && ListenerMetadata == other.ListenerMetadata
        && Architectures.Equals(other.Architectures) && Justifications.Equals(other.Justifications) && (Rules.Equals(other.Rules) || DecidesAsDoes(other)));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Default, Flags, Architectures);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: default {Default}, {Rules.Count} rules for {string.Join(", ", Architectures.Select(SeccompArchitectures.Name))}"
        + (Flags == SeccompFilterFlags.None ? "" : $", flags {Flags}");

    /// <summary>All rules, one a line, after the default.</summary>
    public string ToText() => string.Join('\n', Rules.Select(rule => "  " + rule).Prepend(ToString()));

    private bool DecidesAsDoes(SeccompPolicy other)
    {
        try
        {
            return SeccompProver.Differences(this, other).Count == 0;
        }
        catch (SandboxException e) when (e.ErrorId == "SeccompProver,UNDECIDED")
        {
            return false;
        }
    }

    internal static void CheckNames(IEnumerable<string> names, string policy)
    {
        foreach (string name in names)
        {
            if (name.StartsWith('@')) SeccompSets.Expand(name);
            else if (!SyscallTable.AllNames.Contains(name) && !SyscallTable.ForeignNames.Contains(name)) throw UnknownName(name, policy);
        }
    }

    private static SandboxException UnknownName(string name, string policy)
    {
        string? near = NearestName.Find(name, SyscallTable.AllNames);
        return new("SeccompPolicy,UNKNOWN_SYSCALL", SandboxErrorKind.ObjectNotFound,
            $"No architecture has a system call '{name}' (policy '{policy}').{(near is null ? "" : $" Did you mean '{near}'?")}",
            "Correct the name; Get-SeccompSyscall lists the known ones, and a set starts with '@'.");
    }
}
