using System.Runtime.InteropServices;
using Sandbox.Denials;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>What the filters of sandboxes refuse, as violations: all that can be seen without privilege.</summary>
internal sealed class NotifyViolationSession : SandboxViolationSession
{
    private readonly NotifyDenialSession _denials;
    private readonly SandboxViolationWatch _watch;
    private long _filtered, _emitted, _aggregated;

    private NotifyViolationSession(SandboxViolationWatch watch, SandboxException? fallback) => (_watch, Fallback, _denials) = (watch, fallback, NotifyDenialSession.Open(watch.Sandboxes));

    /// <inheritdoc/>
    public override SandboxViolationSource Source => SandboxViolationSource.Notify;

    /// <inheritdoc/>
    public override string Detail => "the listeners of the sandboxes' own filters: only what those refuse; refusals by permissions, mounts, Landlock and the network aren't seen"
        + (Fallback is { } reason ? $" ({reason.Message.TrimEnd('.')})" : "");

    /// <inheritdoc/>
    public override SandboxException? Fallback { get; }

    /// <inheritdoc/>
    public override long Seen => _filtered + _emitted + Dropped;

    /// <inheritdoc/>
    public override long Filtered => _filtered;

    /// <inheritdoc/>
    public override long Emitted => _emitted;

    /// <inheritdoc/>
    public override long Dropped => _denials.Lost + _aggregated;

    /// <summary>Begins to follow.</summary>
    /// <param name="watch">What is watched.</param>
    /// <param name="fallback">Why eBPF isn't the source; null where notification was asked for.</param>
    public static NotifyViolationSession Open(SandboxViolationWatch watch, SandboxException? fallback) => new(watch, fallback);

    private protected override bool Take(List<SandboxViolation> batch, TimeSpan wait)
    {
        foreach (var denial in _denials.Read(wait, CancellationToken.None))
        {
            var errno = ErrnoOf(denial);
            var kind = CallKind.Of(denial.Entry?.Name);
            var asked = errno is { } number && (_watch.Errnos.Count > 0 ? _watch.Errnos : ViolationErrnos.Any).Contains(number) && (_watch.Categories.Count == 0 || _watch.Categories.Contains(kind.Category));
            if (!asked)
            {
                _filtered += denial.Count;
                continue;
            }

            // A full queue has made one object of several. What the others were about isn't known any more: they are lost.
            batch.Add(Make(denial, kind, errno!.Value));
            _emitted++;
            _aggregated += denial.Count - 1;
        }

        return _denials.IsOver;
    }

    private protected override void Close() => _denials.Dispose();

    // What a kill answered never came back; it counts as EPERM here.
    private static int? ErrnoOf(SeccompDenial denial)
    {
        if (denial.Signal is not null) return Errno.EPERM;
        var open = denial.Action.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && denial.Action.StartsWith("Errno", StringComparison.Ordinal) && Errno.TryParse(denial.Action[(open + 1)..^1], out var errno) ? errno : null;
    }

    private static SandboxViolation Make(SeccompDenial denial, CallKind kind, int errno) => new()
    {
        Time = denial.Time,
        Category = kind.Category,
        Operation = kind.Operation,
        Syscall = denial.Syscall,
        SyscallNumber = denial.SyscallNumber,
        Architecture = denial.Architecture,
        Path = denial.Path,
        Destination = denial.DecodedArguments.Where(a => a.FullPath is not null).ElementAtOrDefault(1)?.FullPath,
        PathCertain = denial.DecodedArguments.Count > 0,
        Address = denial.DecodedArguments.FirstOrDefault(a => a.Name is "addr" or "dest_addr" or "msg")?.Text,
        Flags = denial.DecodedArguments.FirstOrDefault(a => a.Name == "flags")?.Text,
        Errno = errno,
        ErrorName = Errno.Name(errno),
        ErrorMessage = Marshal.GetPInvokeErrorMessage(errno),
        Cause = SandboxViolationCause.Seccomp,
        Evidence = [$"The sandbox's filter told of the call; its policy says {denial.Action}."],
        Suggestion = denial.Suggestion,
        ProcessId = denial.ProcessId,
        ThreadId = denial.ThreadId ?? denial.ProcessId,
        NamespaceProcessId = 0,
        NamespaceThreadId = 0,
        ParentProcessId = 0,
        UserId = denial.UserId ?? -1,
        ProcessName = denial.ProcessName ?? "",
        Executable = denial.Executable,
        SandboxId = denial.SandboxId,
        Arguments = denial.Arguments,
        DecodedArguments = denial.DecodedArguments,
    };
}
