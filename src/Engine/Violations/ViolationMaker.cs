using System.Runtime.InteropServices;
using Sandbox.Native;
using Sandbox.Seccomp;

namespace Sandbox.Violations;

/// <summary>Makes the object of a record: names it, and finds who refused the call.</summary>
/// <param name="sandboxes">Those that are watched.</param>
/// <param name="exclusive">Whether nobody else is.</param>
internal sealed class ViolationMaker(IReadOnlyList<HardenedProcess> sandboxes, bool exclusive)
{
    private readonly RecentCauses _causes = new();
    private readonly DateTime _boot = BootClock.BootTime;

    /// <summary>The object; null for a record that can't be read.</summary>
    public SandboxViolation? Make(ReadOnlySpan<byte> record) => ViolationReader.Read(record) is { } facts ? Make(facts) : null;

    public SandboxViolation Make(ViolationFacts facts)
    {
        var sandbox = SandboxOf(facts);
        var cause = _causes.Find(facts, sandbox);
        return new()
        {
            Time = new DateTimeOffset(_boot.AddTicks((long)(facts.BootTime / 100))).ToLocalTime(),
            Category = facts.Category,
            Operation = facts.Operation,
            Syscall = facts.Entry?.Name ?? $"#{facts.SyscallNumber}",
            SyscallNumber = facts.SyscallNumber,
            Architecture = SeccompArchitectures.Name(facts.Architecture),
            Path = facts.Path,
            Destination = facts.Destination,
            PathCertain = facts.PathCertain,
            Address = facts.Address,
            Flags = facts.Decoded.FirstOrDefault(d => d.Name is "flags" or "flag" or "oflag" or "mode" && d.Text.Any(char.IsAsciiLetterUpper))?.Text,
            Errno = facts.Errno,
            ErrorName = Errno.Name(facts.Errno),
            ErrorMessage = Marshal.GetPInvokeErrorMessage(facts.Errno),
            Cause = cause.Cause,
            Evidence = cause.Evidence,
            Suggestion = cause.Suggestion,
            ProcessId = facts.Process,
            ThreadId = facts.Thread,
            NamespaceProcessId = facts.NamespaceProcess,
            NamespaceThreadId = facts.NamespaceThread,
            ParentProcessId = facts.Ancestors.FirstOrDefault(),
            Ancestors = facts.Ancestors,
            UserId = facts.EffectiveUser,
            ProcessName = facts.Comm,
            Executable = facts.Executable,
            CgroupId = facts.Cgroup,
            SandboxId = sandbox?.Id,
            Arguments = facts.Arguments,
            DecodedArguments = facts.Decoded,
        };
    }

    // The only one that is watched, or the one among the caller's ancestors.
    private HardenedProcess? SandboxOf(ViolationFacts facts) => sandboxes.Count switch
    {
        0 => null,
        1 when exclusive => sandboxes[0],
        _ => sandboxes.FirstOrDefault(s => s.Id == facts.Process || facts.Ancestors.Contains(s.Id) || facts.Ancestors.Contains(s.InitId)),
    };
}
