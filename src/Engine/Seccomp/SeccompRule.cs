using Sandbox.Native;

namespace Sandbox.Seccomp;

/// <summary>What happens to some calls, if all the conditions hold.</summary>
public sealed record SeccompRule
{
    /// <summary>MAX_ERRNO of linux/err.h: the kernel caps a greater one.</summary>
    public const int MaximumErrno = 4095;

    /// <summary>Makes one. Without an errno, Errno means EPERM and Trace the message 0.</summary>
    public SeccompRule(IEnumerable<string> names, SeccompAction action, int? errno = null, IEnumerable<SeccompCondition>? conditions = null, IEnumerable<SeccompArchitecture>? architectures = null)
    {
        Names = ValueList<string>.Of(names);
        Action = action;
        Errno = CheckErrno(action, errno);
        Conditions = ValueList<SeccompCondition>.Of(conditions ?? []);
        Architectures = ValueList<SeccompArchitecture>.Of((architectures ?? []).Distinct().Order());
        if (Names.Count == 0 || Names.Any(string.IsNullOrWhiteSpace))
        {
            throw new SandboxException("SeccompPolicy,EMPTY_NAME", SandboxErrorKind.InvalidArgument, "A rule needs at least one name, and no name may be empty.");
        }
    }

    /// <summary>Names of system calls, or <c>@sets</c> of <see cref="SeccompSets"/>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The action.</summary>
    public SeccompAction Action { get; }

    /// <summary>The errno of Errno, the message of Trace, 0 for the other actions.</summary>
    public int Errno { get; }

    /// <summary>All must hold.</summary>
    public IReadOnlyList<SeccompCondition> Conditions { get; }

    /// <summary>The architectures whose calls it is for; empty for all that the policy lists.</summary>
    public IReadOnlyList<SeccompArchitecture> Architectures { get; }

    /// <summary>The action and errno together.</summary>
    public SeccompDecision Decision => new(Action, Errno);

    /// <summary>Whether it is for the calls of an architecture.</summary>
    public bool IsFor(SeccompArchitecture architecture) => Architectures.Count == 0 || Architectures.Contains(architecture);

    /// <summary>The same rule for other calls, or with another answer, or for all architectures.</summary>
    internal SeccompRule With(IEnumerable<string>? names = null, SeccompDecision? decision = null, bool everywhere = false)
    {
        var answer = decision ?? Decision;
        return new(names ?? Names, answer.Action, answer.Action is SeccompAction.Errno or SeccompAction.Trace ? answer.Errno : null, Conditions, everywhere ? null : Architectures);
    }

    /// <summary>The errno or message as the constructor takes it: null for an action without one.</summary>
    internal int? NumberOrNull => Decision.NumberOrNull;

    internal static int CheckErrno(SeccompAction action, int? errno)
    {
        int limit = action switch { SeccompAction.Errno => MaximumErrno, SeccompAction.Trace => ushort.MaxValue, _ => 0 };
        if (errno is { } given && (given < 0 || given > limit))
        {
            throw new SandboxException("SeccompPolicy,BAD_ERRNO", SandboxErrorKind.InvalidArgument, limit == 0
                ? $"The action {action} takes no errno ({given})."
                : $"The action {action} takes a number from 0 to {limit}, not {given}.");
        }

        return errno ?? (action == SeccompAction.Errno ? Native.Errno.EPERM : 0);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{string.Join(' ', Names)}: {Decision}{(Conditions.Count == 0 ? "" : " if " + string.Join(" && ", Conditions))}{(Architectures.Count == 0 ? "" : " on " + string.Join(", ", Architectures.Select(SeccompArchitectures.Name)))}";
}
