using System.Buffers.Binary;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// Denials from the audit socket's read-only multicast group. The kernel gives every record there, also where auditing is off and where
/// auditd runs, as long as the socket's buffer holds them.
/// </summary>
internal sealed class AuditDenialSession : RecordSession
{
    private const uint ReadLog = 1; // AUDIT_NLGRP_READLOG
    private const int Batch = 32, MessageSize = 9216; // MAX_AUDIT_MESSAGE_LENGTH is 8970
    private const int Megabyte = 1 << 20;
    private readonly NetlinkSocket _socket;
    private readonly MessageBatch _batch = new(Batch, MessageSize);
    private readonly KernelLosses _kernel = new();
    private readonly int _bufferSize;
    private long _overruns;
    private long _overranAt;
    private long _readAt;
    private long _sampledAt;

    // 0: every loss so far is between serials that came. 1: the buffer ran over. 2: what it held then has been read.
    private volatile int _overrun;

    private AuditDenialSession(ProcessScope scope, NetlinkSocket socket)
        : base(scope, "Sandbox.Audit") => (_socket, _bufferSize) = (socket, socket.BufferSize);

    /// <inheritdoc/>
    public override SeccompDenialSource Source => SeccompDenialSource.Audit;

    /// <inheritdoc/>
    public override bool LossKnown => _kernel.IsKnown && _overrun == 0;

    private protected override FileDescriptor Input => _socket.File;

    private protected override long LostElsewhere => _kernel.Lost;

    private protected override bool RanOverLately => Interlocked.Read(ref _overranAt) is > 0 and var at && Interlocked.Read(ref _readAt) - at < 2 * SerialGaps.SettleMilliseconds;

    private protected override TimeSpan EndPatience => TimeSpan.FromSeconds(5);

    private protected override string SourceDetail => "audit records by the netlink group AUDIT_NLGRP_READLOG"
        + $", buffer {_bufferSize / Megabyte} MiB"
        + (Interlocked.Read(ref _overruns) is > 0 and var times ? $" (ran over {times} times)" : "")
        + (_kernel.Doubt is { } doubt ? $"; {doubt}" : "");

    /// <summary>
    /// Opens it and checks by a denial of our own that records arrive. The session owns the scope from now on. Errors:
    /// NO_AUDIT (the kernel has none), NO_AUDIT_READ (a missing privilege), AUDIT_SILENT (nothing arrives).
    /// </summary>
    public static AuditDenialSession Open(ProcessScope scope) => Open(scope, 256 * Megabyte, 64 * Megabyte);

    /// <summary>The same with other sizes of the receive buffer, the first that the kernel allows.</summary>
    internal static AuditDenialSession Open(ProcessScope scope, params ReadOnlySpan<int> bufferSizes)
    {
        AuditDenialSession? session = null;
        NetlinkSocket? socket = null;
        try
        {
            socket = NetlinkSocket.Open(NetlinkSocket.Audit, ReadLog, "AUDIT_NLGRP_READLOG");
            socket.Enlarge(bufferSizes);
            session = new(scope, socket);
        }
        catch (ErrnoException e)
        {
            socket?.Dispose();
            scope.Dispose();
            throw Refused(e);
        }

        session.Begin();
        return session;
    }

    private protected override bool ReadSome()
    {
        var count = _batch.Receive(_socket.File, out var errno);
        if (count < 0) return AfterError(errno);
        CatchUp();
        Interlocked.Exchange(ref _readAt, Environment.TickCount64);
        if (count > 0 && _overrun == 2) _overrun = 0;
        for (var i = 0; i < count; i++)
        {
            var message = _batch[i];
            // The length in the header counts the header in multicast and doesn't in unicast: the datagram's own is right.
            if (_batch.Port(i) != 0 || message.Length < NetlinkSocket.HeaderSize) continue;
            OnRecord(BinaryPrimitives.ReadUInt16LittleEndian(message[4..]), message[NetlinkSocket.HeaderSize..].TrimEnd((byte)0));
        }

        return count > 0;
    }

    private protected override void Periodically(bool last)
    {
        // Once a second: the answer comes from a thread that the kernel starts for it.
        if (!last && _sampledAt != 0 && Environment.TickCount64 - _sampledAt < 1000) return;
        _kernel.Sample(last ? 50 : 200);
        _sampledAt = Environment.TickCount64;
    }

    private protected override SandboxException Silent() => new("WatchSeccompDenial,AUDIT_SILENT", SandboxErrorKind.InvalidOperation,
        "The audit group AUDIT_NLGRP_READLOG was joined, but the record of a denial of our own didn't arrive within 1 s.", AuditProbe.Silence(new HostState { CurrentDirectory = "/" }));

    private protected override void CloseSource()
    {
        _socket.Dispose();
        _batch.Dispose();
    }

    private bool AfterError(int errno)
    {
        switch (errno)
        {
            case Errno.ENOBUFS:
                Interlocked.Increment(ref _overruns);
                Interlocked.Exchange(ref _overranAt, Environment.TickCount64);
                _overrun = 1;
                return true;
            case Errno.EAGAIN:
                if (_overrun == 1) _overrun = 2;
                return false;
            case Errno.EINTR:
                return true;
            default:
                throw new ErrnoException("recvmmsg", errno, "AUDIT_NLGRP_READLOG");
        }
    }

    private static SandboxException Refused(ErrnoException e)
    {
        var state = new HostState { CurrentDirectory = "/" };
        return e.Errno is Errno.EPERM or Errno.EACCES
            ? new("WatchSeccompDenial,NO_AUDIT_READ", SandboxErrorKind.PermissionDenied, $"Audit records can't be read: {e.Message}.", $"{state.Privilege("CAP_AUDIT_READ")} For a process of this module, -Source Notify needs no privilege.", e)
            : new("WatchSeccompDenial,NO_AUDIT", SandboxErrorKind.NotInstalled, $"There is no audit socket: {e.Message}.", $"This kernel ({state.Kernel}) is built without CONFIG_AUDIT, or this is another network namespace; use -Source Kmsg, or -Source Notify for a process of this module.", e);
    }
}
