using System.Runtime.InteropServices;
using Sandbox.Bpf;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>
/// Tells which process has the socket that a packet belongs to, for the sockets of one network namespace, from its start on. Who has a socket
/// is who used it last: made, bound, connected, accepted, sent, received, closed. What isn't known for certain isn't told. One thread uses it.
/// </summary>
internal sealed class SocketOwners : IDisposable
{
    // A packet is captured before the socket's own side of the kernel has seen it, on the way in.
    private const long Settled = 1_000_000;
    private const int SocketLevel = 1, StampOption = 35; // SOL_SOCKET, SO_TIMESTAMPNS
    private readonly OwnerTable _table = new();
    private readonly OwnerProbe _probe;
    private readonly FileDescriptor _stamping;
    private ProcessDirectory? _processes;
    private readonly BpfRingBuffer.RecordHandler _take;
    private uint _epoch = 1;
    private ulong _dropped;
    private long _ahead;

    private SocketOwners(OwnerProbe probe, FileDescriptor stamping)
    {
        (_probe, _stamping) = (probe, stamping);
        _take = Take;
        _ahead = RealClock.TaiAhead;
    }

    /// <summary>How many events were lost for want of room. After each loss all is forgotten and learnt anew.</summary>
    public long Lost => (long)_dropped;

    /// <summary>Starts for the network namespace of the calling thread.</summary>
    /// <param name="ringSize">The room for events, a power of two.</param>
    /// <param name="information">Whether more of the processes is asked for than their names.</param>
    /// <exception cref="SandboxException">It can't be done here; it says why.</exception>
    public static SocketOwners Start(int ringSize = OwnerProbe.DefaultRingSize, bool information = false)
    {
        OwnerFailure.Check();
        using var diagnosis = NetlinkSocket.Open(SocketSnapshot.Protocol, 0, "NETLINK_SOCK_DIAG");
        var cookie = diagnosis.NamespaceCookie;
        if (cookie == 0) throw OwnerFailure.NoCookie();
        using var cgroup = OpenCgroup();
        FileDescriptor? stamping = null;
        OwnerProbe? probe = null;
        SocketOwners? owners = null;
        try
        {
            stamping = Stamp();
            probe = OwnerProbe.Open(cookie, cgroup, ringSize);
            owners = new SocketOwners(probe, stamping);
            if (information) owners.Inform();
            // After the programs: who acts meanwhile is known from them.
            foreach (var (socket, owner) in SocketSnapshot.Take(diagnosis)) owners._table.Assume(socket, RealClock.Now, owners._processes?.Complete(owner) ?? owner);
            owners.Drain();
            return owners;
        }
        catch (SandboxException e)
        {
            owners?._processes?.Dispose();
            probe?.Dispose();
            stamping?.Dispose();
            throw OwnerFailure.Start(e);
        }
        catch
        {
            owners?._processes?.Dispose();
            probe?.Dispose();
            stamping?.Dispose();
            throw;
        }
    }

    /// <summary>Whose a packet is; null where that isn't known for certain.</summary>
    /// <param name="tuple">From where to where it goes.</param>
    /// <param name="segment">Its transport's header and what follows, as far as it was captured.</param>
    /// <param name="time">When it passed: the kernel's time stamp, in nanoseconds since 1970.</param>
    public SocketOwner? Find(in PacketTuple tuple, ReadOnlySpan<byte> segment, long time)
    {
        Drain();
        var owner = _table.Find(tuple, segment, time, out var certain);
        while (!certain && RealClock.Now is var now && now - time < Settled && now >= time)
        {
            Thread.Sleep(1);
            Drain();
            owner = _table.Find(tuple, segment, time, out certain);
        }

        return owner;
    }

    /// <summary>What is known of an owner; null where it wasn't asked for.</summary>
    public CapturedProcess? Process(in SocketOwner owner) => _processes?.Of(owner);

    /// <summary>Takes what has been told; called at least every 50 ms, so that the ring doesn't overrun.</summary>
    public void Drain()
    {
        if (_probe.Ring.HasRecords)
        {
            _ahead = RealClock.TaiAhead;
            while (_probe.Ring.Read(_take, 4096) == 4096)
            {
            }
        }

        // Read after the events: a loss that is seen now came before what is asked next.
        var dropped = _probe.Dropped;
        if (dropped == _dropped) return;
        _dropped = dropped;
        _probe.Epoch = ++_epoch;
        _table.Forget(RealClock.Now);
    }

    public void Dispose()
    {
        _processes?.Dispose();
        _probe.Dispose();
        _stamping.Dispose();
    }

    private void Inform()
    {
        _processes = new(_probe.Processes);
        _probe.TellsProcesses = true;
        Stamp().Dispose(); // one more socket, so that it looks at this process
        _processes.AwaitFirst();
    }

    private void Take(ReadOnlySpan<byte> record)
    {
        ref readonly var told = ref MemoryMarshal.AsRef<OwnerEvent>(record);
        if (told.Epoch == _epoch) _table.Take(told, _ahead);
    }

    private static FileDescriptor OpenCgroup()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/mountinfo"))
            {
                var parts = line.Split(" - ");
                if (parts.Length == 2 && parts[1].StartsWith("cgroup2 ", StringComparison.Ordinal)) return FileDescriptor.Open(parts[0].Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal), LibC.O_RDONLY | LibC.O_DIRECTORY);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SandboxException)
        {
            throw OwnerFailure.NoCgroups(e);
        }

        throw OwnerFailure.NoCgroups(null);
    }

    // While a socket asks for it every packet gets its time stamp where it comes in: so that of the capture is that of the event.
    private static unsafe FileDescriptor Stamp()
    {
        var socket = new FileDescriptor(Check.Result("socket", LibC.socket(2 /* AF_INET */, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0)));
        var on = 1;
        if (LibC.setsockopt(socket.Number, SocketLevel, StampOption, &on, sizeof(int)) == 0) return socket;
        var errno = LibC.errno;
        socket.Dispose();
        throw new ErrnoException("setsockopt", errno, "SO_TIMESTAMPNS");
    }
}
