using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// The call for which a process ended with SIGSYS, where the module's own filter didn't refuse it: a filter that the program set itself,
/// and of which only the kernel's log tells. Asked once.
/// </summary>
internal sealed class LoggedKill(int process, DateTimeOffset since)
{
    private const int SigSys = 31;
    private const int RecordSize = 16384, Attempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10); // kauditd writes a little later
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(1); // a record has the time of the last tick, and the program may have begun before its object was made

    /// <summary>The call; null where it isn't told.</summary>
    public SeccompDenial? Denial { get; private set; }

    /// <summary>Why it isn't told; null where it is.</summary>
    public SandboxException? Failure { get; private set; }

    public static LoggedKill Find(int process, DateTimeOffset since)
    {
        var kill = new LoggedKill(process, since);
        try
        {
            for (var i = 0; kill.Denial is null && i < Attempts; i++)
            {
                if (i > 0) Thread.Sleep(Pause);
                using var device = KmsgDevice.Open(fromStart: true);
                kill.Read(device);
            }

            if (kill.Denial is null) kill.Failure = Unknown("the kernel log has no record of it: printk lets 10 through in 5 s, a running auditd takes them, and old ones are overwritten");
        }
        catch (SandboxException e)
        {
            kill.Failure = Unknown(e.Message, e);
        }

        return kill;
    }

    /// <summary>Looks for its record in what a device has.</summary>
    internal void Read(IKmsgDevice device)
    {
        var buffer = new byte[RecordSize];
        for (;;)
        {
            var length = device.Read(buffer, out var errno);
            if (length > 0) Take(buffer.AsSpan(0, length));
            else if (errno is not (Errno.EPIPE or Errno.EINTR)) return;
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (!KmsgRecord.TryParse(bytes, out var line) || !line.TryAudit(out var type, out var text) || type != SeccompLogRecord.Type) return;
        if (!AuditRecordHead.TryParse(text, out var head) || !SeccompLogRecord.TryParse(head, text, out var record)) return;
        if (record.ProcessId == process && record.Signal == SigSys && record.UtcTime >= since.UtcDateTime - Leeway) Denial = record.ToDenial(SeccompDenialScope.Process, SeccompDenialSource.Kmsg);
    }

    private static SandboxException Unknown(string reason, Exception? inner = null) => new("HardenedProcess,KILLED_BY_OWN_FILTER", SandboxErrorKind.ResourceUnavailable,
        $"SIGSYS ended the program, and the sandbox's policy didn't: the program set a stricter filter itself, or sent the signal. For which call isn't known: {reason}",
        "As root, run it under Watch-SeccompDenial -Source Audit; or run it with strace -f.", inner);
}
