using Sandbox.Seccomp;

namespace Sandbox;

/// <summary>One system call that a seccomp filter refused, reported or killed for.</summary>
public sealed class SeccompDenial
{
    /// <summary>When it was seen; for records of the kernel, when it happened (to 4 ms).</summary>
    public DateTimeOffset Time => new DateTimeOffset(UtcTime).ToLocalTime();

    /// <summary>The call's name, <c>#number</c> where no table has it; <c>landlock</c> for a denial of Landlock whose call isn't known.</summary>
    public string Syscall => Entry?.Name ?? (IsLandlock ? "landlock" : $"#{SyscallNumber}");

    /// <summary>The number that the caller gave (seccomp_data.nr); -1 for a denial of Landlock whose call isn't known.</summary>
    public required int SyscallNumber { get; init; }

    /// <summary>The architecture of the call as uname(2) names it, or the AUDIT_ARCH value where it is unknown.</summary>
    public string Architecture => KnownArchitecture is { } known ? SeccompArchitectures.Name(known) : $"0x{AuditArchitecture:x8}";

    /// <summary>
    /// What the filter did: <c>Errno(EPERM)</c>, <c>KillProcess</c>, <c>Log</c>, … The kernel's records tell no errno: there it is <c>Errno</c>.
    /// A denial of Landlock, of which the kernel tells only while auditing is enabled, is <c>Landlock(fs.write_file)</c> with the rights
    /// that lacked; its process is the one that made the domain where the kernel tells of no call.
    /// </summary>
    public required string Action { get; init; }

    /// <summary>The six arguments, raw; empty where the source has none.</summary>
    public IReadOnlyList<ulong> Arguments { get; init; } = [];

    /// <summary>
    /// The arguments in the kernel's names, as far as they could be read, from Notify; for a denial of Landlock what it was to, each with
    /// the index -1: <c>path</c>, <c>dest</c>, <c>opid</c>, …
    /// </summary>
    public IReadOnlyList<DecodedArgument> DecodedArguments { get; init; } = [];

    /// <summary>The first path among the arguments, from the target's root; null where there is none.</summary>
    public string? Path
    {
        get
        {
            for (var i = 0; i < DecodedArguments.Count; i++)
            {
                if (DecodedArguments[i].FullPath is { } path) return path;
            }

            return null;
        }
    }

    /// <summary>The process, by its id on the host.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The Id of the hardened process that it belongs to; null where it was watched by other means.</summary>
    public int? SandboxId { get; internal set; }

    /// <summary>The thread, by its id on the host; null where the source doesn't tell.</summary>
    public int? ThreadId { get; init; }

    /// <summary>The thread's name (comm), of at most 15 bytes.</summary>
    public string? ProcessName { get; init; }

    /// <summary>The program that it runs, as its own mount namespace names it.</summary>
    public string? Executable { get; init; }

    /// <summary>The user on the host: the effective one from Notify, the real one from the kernel's records.</summary>
    public long? UserId { get; init; }

    /// <summary>Where in the program the call was made.</summary>
    public ulong InstructionPointer { get; init; }

    /// <summary>The signal that it ended the caller with; null where the caller went on.</summary>
    public string? Signal { get; init; }

    /// <summary>Why it is reported.</summary>
    public required SeccompDenialScope Scope { get; init; }

    /// <summary>Where it is from.</summary>
    public required SeccompDenialSource Source { get; init; }

    /// <summary>
    /// How many denials this object stands for: 1, or more where a consumer was slower than the target and the same call of the same
    /// process came again while its queue was full. Then everything else is the first one's.
    /// </summary>
    public long Count { get; private set; } = 1;

    /// <summary>The change of the policy that would allow it.</summary>
    public string Suggestion => Denials.DenialSuggestion.For(this);

    /// <summary>The AUDIT_ARCH value of linux/audit.h.</summary>
    public required uint AuditArchitecture { get; init; }

    /// <summary>How the action of a denial of Landlock begins.</summary>
    internal const string LandlockAction = "Landlock";

    internal bool IsLandlock => Action.StartsWith(LandlockAction + "(", StringComparison.Ordinal);

    internal DateTime UtcTime { get; init; } = DateTime.UtcNow;

    internal SeccompArchitecture? KnownArchitecture => SeccompArchitectures.FromAudit(AuditArchitecture, (uint)SyscallNumber);

    internal SyscallEntry? Entry => KnownArchitecture is { } known ? SyscallTable.For(known).Find((uint)SyscallNumber) : null;

    /// <summary>The same for several that came one after the other.</summary>
    internal SeccompDenial Times(long count)
    {
        var copy = (SeccompDenial)MemberwiseClone();
        copy.Count = count;
        return copy;
    }

    /// <summary>
    /// The same with only what the kernel itself told of the caller: it was gone when the rest was read, and wasn't ended by us, or it
    /// couldn't be ended.
    /// </summary>
    internal SeccompDenial WithoutCaller() => new()
    {
        SyscallNumber = SyscallNumber,
        AuditArchitecture = AuditArchitecture,
        Action = Action,
        Arguments = Arguments,
        ProcessId = ThreadId ?? ProcessId,
        ThreadId = ThreadId,
        SandboxId = SandboxId,
        InstructionPointer = InstructionPointer,
        Scope = Scope,
        Source = Source,
        UtcTime = UtcTime,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Syscall}({string.Join(", ", DecodedArguments)}) by {ProcessName} ({ProcessId}): {Action}";
}
