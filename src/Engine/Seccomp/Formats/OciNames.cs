namespace Sandbox.Seccomp;

/// <summary>The words of the OCI runtime specification for actions, operators and flags.</summary>
internal static class OciNames
{
    public static readonly IReadOnlyDictionary<string, SeccompAction> Actions = new Dictionary<string, SeccompAction>(StringComparer.Ordinal)
    {
        ["SCMP_ACT_ALLOW"] = SeccompAction.Allow,
        ["SCMP_ACT_LOG"] = SeccompAction.Log,
        ["SCMP_ACT_TRACE"] = SeccompAction.Trace,
        ["SCMP_ACT_NOTIFY"] = SeccompAction.Notify,
        ["SCMP_ACT_ERRNO"] = SeccompAction.Errno,
        ["SCMP_ACT_TRAP"] = SeccompAction.Trap,
        ["SCMP_ACT_KILL"] = SeccompAction.KillThread, // the specification: the same as SCMP_ACT_KILL_THREAD
        ["SCMP_ACT_KILL_THREAD"] = SeccompAction.KillThread,
        ["SCMP_ACT_KILL_PROCESS"] = SeccompAction.KillProcess,
    };

    public static readonly IReadOnlyDictionary<string, SeccompOperator> Operators = new Dictionary<string, SeccompOperator>(StringComparer.Ordinal)
    {
        ["SCMP_CMP_EQ"] = SeccompOperator.Equal,
        ["SCMP_CMP_NE"] = SeccompOperator.NotEqual,
        ["SCMP_CMP_LT"] = SeccompOperator.Less,
        ["SCMP_CMP_LE"] = SeccompOperator.LessOrEqual,
        ["SCMP_CMP_GT"] = SeccompOperator.Greater,
        ["SCMP_CMP_GE"] = SeccompOperator.GreaterOrEqual,
        ["SCMP_CMP_MASKED_EQ"] = SeccompOperator.MaskedEqual,
    };

    public static readonly IReadOnlyDictionary<string, SeccompFilterFlags> Flags = new Dictionary<string, SeccompFilterFlags>(StringComparer.Ordinal)
    {
        ["SECCOMP_FILTER_FLAG_TSYNC"] = SeccompFilterFlags.ThreadSync,
        ["SECCOMP_FILTER_FLAG_LOG"] = SeccompFilterFlags.Log,
        ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"] = SeccompFilterFlags.SpeculationAllow,
        ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"] = SeccompFilterFlags.WaitKillable,
    };

    public static string Of(SeccompAction action) =>
        action == SeccompAction.KillThread ? "SCMP_ACT_KILL_THREAD" : Actions.First(pair => pair.Value == action).Key;

    public static string Of(SeccompOperator op) => Operators.First(pair => pair.Value == op).Key;
}
