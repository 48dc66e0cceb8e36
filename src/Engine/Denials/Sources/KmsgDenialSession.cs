using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// Denials from the kernel log: the last resort. printk lets 10 records through in 5 s, of all processes together; the serials of those
/// that come tell how many didn't.
/// </summary>
internal sealed class KmsgDenialSession : RecordSession
{
    private const int RecordSize = 16384, Batch = 64; // the kernel's own limit is below 8 KiB
    private readonly IKmsgDevice _device;
    private readonly byte[] _buffer = new byte[RecordSize];
    private readonly bool _isLimited;
    private ulong? _sequence;
    private long _overwritten;

    // Lost according to the log itself, and not yet seen as missing serials: those need a later record.
    private long _untold;

    private KmsgDenialSession(ProcessScope scope, IKmsgDevice device, bool isLimited)
        : base(scope, "Sandbox.Kmsg") => (_device, _isLimited) = (device, isLimited);

    /// <inheritdoc/>
    public override SeccompDenialSource Source => SeccompDenialSource.Kmsg;

    /// <inheritdoc/>
    public override bool LossKnown => !_isLimited && Interlocked.Read(ref _untold) == 0;

    private protected override FileDescriptor Input => _device.File;

    private protected override long LostElsewhere => Interlocked.Read(ref _untold);

    private protected override bool RanOverLately => true; // the rate limit takes most of them

    private protected override TimeSpan EndPatience => TimeSpan.FromMilliseconds(250);

    private protected override string SourceDetail => "audit records in the kernel log"
        + (_isLimited ? ", of which printk lets 10 through in 5 s: records after the last one that came can be lost unseen (kernel.printk_ratelimit=0 lifts that, and the Audit source hasn't got it)" : "")
        + (Interlocked.Read(ref _overwritten) is > 0 and var lines ? $"; {lines} lines of the log were overwritten before they could be read" : "");

    /// <summary>
    /// Opens it and checks by a denial of our own that records arrive. The session owns the scope from now on. Errors: KMSG_SYMLINK,
    /// NO_SYSLOG (a missing privilege), NO_KMSG (there is none), KMSG_SILENT (nothing arrives).
    /// </summary>
    public static KmsgDenialSession Open(ProcessScope scope)
    {
        try
        {
            var session = new KmsgDenialSession(scope, KmsgDevice.Open(), IsRateLimited());
            session.Begin();
            return session;
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    /// <summary>A session over another device, without the check.</summary>
    internal static KmsgDenialSession OpenUnproven(ProcessScope scope, IKmsgDevice device, bool isLimited, uint serial)
    {
        var session = new KmsgDenialSession(scope, device, isLimited);
        session.BeginAt(serial);
        return session;
    }

    private protected override bool ReadSome()
    {
        for (var i = 0; i < Batch; i++)
        {
            var length = _device.Read(_buffer, out var errno);
            if (length > 0) Take(_buffer.AsSpan(0, length));
            else if (length == 0) throw new SandboxException("WatchSeccompDenial,NO_KMSG", SandboxErrorKind.NotInstalled, "The kernel log has an end: it is an ordinary file.", "Containers often have one in its place: run outside, or use -Source Notify for a process of this module.");
            else if (errno == Errno.EAGAIN) return false;
            // Records were overwritten before they were read: the next read goes on with the oldest, and its sequence tells how many.
            else if (errno is not (Errno.EPIPE or Errno.EINTR)) throw new ErrnoException("read", errno, "/dev/kmsg");
        }

        return true;
    }

    private protected override void Periodically(bool last)
    {
    }

    private protected override SandboxException Silent() => new("WatchSeccompDenial,KMSG_SILENT", SandboxErrorKind.InvalidOperation,
        "The kernel log was opened, but the record of a denial of our own didn't arrive within 1 s.",
        _isLimited ? "printk lets 10 records through in 5 s and other processes may have used them up (sysctl -w kernel.printk_ratelimit=0 lifts that); where auditd runs, none come at all. Use -Source Audit." : "Where auditd runs, no audit record comes to the kernel log: use -Source Audit.");

    private protected override void CloseSource() => _device.Dispose();

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (!KmsgRecord.TryParse(bytes, out var record)) return;
        if (_sequence is { } last && record.Sequence > last + 1)
        {
            var missed = (long)(record.Sequence - last - 1);
            Interlocked.Add(ref _overwritten, missed);
            Interlocked.Add(ref _untold, missed);
        }

        _sequence = record.Sequence;
        if (record.Suppressed() is { } suppressed)
        {
            Interlocked.Add(ref _untold, suppressed);
        }
        else if (record.TryAudit(out var type, out var text))
        {
            CatchUp();
            OnRecord(type, text);
            // Whatever was lost before it is missing among the serials now.
            Interlocked.Exchange(ref _untold, 0);
        }
    }

    private static bool IsRateLimited() => new HostState { CurrentDirectory = "/" }.Sysctl("kernel.printk_ratelimit") != "0";
}
