using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sandbox.Bpf;
using Sandbox.Native;

namespace Sandbox.Capture;

/// <summary>
/// What is known of the processes that own sockets. A thread of its own looks at each as soon as it acts on a socket, which is before its
/// first packet: when that is written, a process may have ended that was there for some milliseconds.
/// </summary>
internal sealed class ProcessDirectory : IDisposable
{
    public const int RingSize = 1 << 16;
    private const int Most = 4096, MostArguments = 8 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromSeconds(1);
    private readonly RecentTable<SocketOwner, CapturedProcess> _known = new(Most) { Weight = p => p.Arguments?.Length ?? 0, Heaviest = MostArguments };
    private readonly RecentTable<(int Id, long Started), StrongBox<long>> _starts = new(Most);
    private readonly ProcessProbe _probe = new();
    private readonly Lock _looking = new();
    private readonly BpfRingBuffer _ring;
    private readonly BpfRingBuffer.RecordHandler _look;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _looked = new();
    private volatile bool _stop;

    /// <summary>Begins to look.</summary>
    /// <param name="ring">Where the probes tell who acts.</param>
    public ProcessDirectory(BpfRingBuffer ring)
    {
        _ring = ring;
        _look = record => Of(MemoryMarshal.AsRef<OwnerActor>(record).Owner);
        _thread = new Thread(Run) { Name = "Sandbox.Processes", IsBackground = true };
        try
        {
            _thread.Start();
        }
        catch
        {
            _looked.Dispose();
            _probe.Dispose();
            throw;
        }
    }

    /// <summary>Waits until it has looked at somebody. The first time takes longer by its compilation than a process may live.</summary>
    public void AwaitFirst() => _looked.Wait(Patience);

    /// <summary>An owner that no probe has told, with what the kernel says of it.</summary>
    public SocketOwner Complete(in SocketOwner owner) => _probe.Complete(owner);

    /// <summary>What is known of one.</summary>
    public CapturedProcess Of(in SocketOwner owner)
    {
        var key = owner with { ThreadId = 0 };
        lock (_looking)
        {
            if (_known.Find(key) is { } known) return known;
            var found = ProcessDetails.Of(owner, owner.Started == 0 ? null : Start(owner), _probe);
            _known.Set(key, found);
            return found;
        }
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _looked.Dispose();
        _probe.Dispose();
    }

    // The clocks drift apart: a process has one start whatever it executes.
    private long Start(in SocketOwner owner)
    {
        if (_starts.Find((owner.ProcessId, owner.Started)) is { } known) return known.Value;
        var start = owner.Started + PacketTime.Of(BootClock.BootTime);
        _starts.Set((owner.ProcessId, owner.Started), new(start));
        return start;
    }

    private void Run()
    {
        while (!_stop)
        {
            try
            {
                if (!_ring.Wait(Interval)) continue;
                // One by one: who makes events faster than they can be looked at doesn't keep it from its end.
                while (!_stop && _ring.Read(_look, 1) > 0) _looked.Set();
            }
            catch (Exception) // on a thread of its own, whatever isn't caught ends the process
            {
                return; // the capture's thread looks for itself then, later
            }
        }
    }
}
