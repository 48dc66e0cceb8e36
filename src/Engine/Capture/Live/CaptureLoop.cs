using System.Collections.Concurrent;
using System.Diagnostics;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>
/// One capture: a thread that enters the network namespace, opens the ring, and moves packets from it into a sink until it is stopped.
/// What came before the stop is written: the ring is closed to new packets first, then emptied.
/// </summary>
internal sealed class CaptureLoop
{
    private const int Interval = 50;
    private const int Nice = -10; // the ring overruns in a fraction of a second where others take the processor
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly ConcurrentDictionary<CaptureLoop, int> OfProcesses = [];
    private readonly PacketCaptureOptions _options;
    private readonly ICaptureSink _sink;
    private readonly FileDescriptor? _namespace;
    private readonly FileDescriptor _wake = new(Check.Result("eventfd", LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK)));
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _started = new();
    private readonly Lock _counting = new();
    private readonly Stopwatch _running = new();
    private SandboxException? _refusal;
    private CaptureCounts _counts;
    private volatile bool _stop;
    private bool _leavesOut, _sinkIsBroken;
    private SocketOwners? _owners;
    private FrameDirections? _directions;
    private int _linkType;
    private long _read, _beyond, _dropsTold, _tallied, _attributed;

    private CaptureLoop(PacketCaptureOptions options, ICaptureSink sink, int? watched)
    {
        (_options, _sink) = (options, sink);
        // First: a process that ends from here on ends this too.
        if (watched is { } id) OfProcesses[this] = id;
        try
        {
            _namespace = CaptureTarget.OpenNamespace(options);
        }
        catch
        {
            OfProcesses.TryRemove(this, out _);
            _wake.Dispose();
            throw;
        }

        _thread = new Thread(Run) { Name = "Sandbox.Capture", IsBackground = true };
    }

    /// <summary>The interface.</summary>
    public string Interface { get; private set; } = "";

    /// <summary>What ended it before its time.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>Whether it is over, for whatever reason.</summary>
    public bool HasEnded { get; private set; }

    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>What became of the packets.</summary>
    public CaptureCounts Counts
    {
        get
        {
            lock (_counting) return _counts;
        }
    }

    /// <summary>How many packets have an owner.</summary>
    public long Attributed => Volatile.Read(ref _attributed);

    /// <summary>How many events of sockets were lost.</summary>
    public long LostOwnerEvents => _owners?.Lost ?? 0;

    /// <summary>Starts one. When this returns the ring takes packets; what keeps it from that is an exception, and nothing is left of it.</summary>
    /// <param name="options">Of the ring.</param>
    /// <param name="sink">Where the packets go.</param>
    /// <param name="watched">The process with which it ends, if this module has started it.</param>
    public static CaptureLoop Start(PacketCaptureOptions options, ICaptureSink sink, int? watched = null)
    {
        var loop = new CaptureLoop(options, sink, watched);
        loop._thread.Start();
        loop._started.Wait();
        if (loop._refusal is not { } refusal) return loop;
        OfProcesses.TryRemove(loop, out _);
        loop._thread.Join();
        throw refusal;
    }

    /// <summary>Whether one is of this process's network namespace.</summary>
    public static bool IsAnyOf(int processId)
    {
        foreach (var (loop, id) in OfProcesses)
        {
            if (loop.HasEnded) OfProcesses.TryRemove(loop, out _);
            else if (id == processId) return true;
        }

        return false;
    }

    /// <summary>Ends those of a process that has ended, whose interface goes with it: what came is written, and nothing has failed.</summary>
    public static void EndOf(int processId)
    {
        foreach (var (loop, id) in OfProcesses)
        {
            if (id != processId) continue;
            loop.RequestStop();
            if ((loop._thread.ThreadState & System.Threading.ThreadState.Unstarted) == 0) loop.Join(Patience);
            OfProcesses.TryRemove(loop, out _);
        }
    }

    /// <summary>Asks it to end.</summary>
    public unsafe void RequestStop()
    {
        _stop = true;
        lock (_counting)
        {
            if (HasEnded) return;
            ulong one = 1;
            _ = LibC.write(_wake.Number, &one, 8);
        }
    }

    /// <summary>Waits for its end.</summary>
    public bool Join(TimeSpan patience) => _thread.Join(patience);

    private void Run()
    {
        Niceness.TrySet(Nice);
        CaptureDevice? device = null;
        try
        {
            device = Open();
        }
        catch (Exception e)
        {
            _refusal = e as SandboxException ?? (Root(e) is DllNotFoundException missing ? CaptureFailure.NoLibrary(missing) : CaptureFailure.Start(_options.Interface ?? CaptureTarget.Name(_options), e.Message));
            device?.Close();
            _owners?.Dispose();
        }

        _namespace?.Dispose();
        _running.Start();
        _started.Set();
        if (device is not null && _refusal is null) Capture(device);
        lock (_counting)
        {
            HasEnded = true;
            _wake.Dispose();
        }
    }

    // What a view leaves out isn't what was asked for.
    private bool IsEnough => _read - _sink.LeftOut >= _options.MaxPackets;

    private static Exception Root(Exception e) => e is TypeInitializationException { InnerException: { } inner } ? Root(inner) : e;

    private CaptureDevice Open()
    {
        try
        {
            if (_namespace is not null) NetworkNamespace.Enter(_namespace);
        }
        catch (ErrnoException e)
        {
            throw CaptureFailure.Namespace(CaptureTarget.Name(_options), e);
        }

        var found = CaptureTarget.Find(_options.Interface);
        Interface = found.Name;
        _leavesOut = _options.Filter is not null || CaptureTarget.IsLoopback(found);
        if (_options.ProcessAttribution) _owners = SocketOwners.Start(information: _options.ProcessInformation); // before the first packet
        var device = CaptureDevice.Open(found, _options);
        try
        {
            _linkType = (int)device.LinkType;
            _directions = new(device.MacAddress?.GetAddressBytes() ?? []);
            _sink.Begin(new() { Name = found.Name, LinkType = _linkType, SnapLength = _options.SnapLength, Filter = _options.Filter, OperatingSystem = CaptureHost.System, Description = found.Description });
            return device;
        }
        catch
        {
            device.Close();
            throw;
        }
    }

    private void Capture(CaptureDevice device)
    {
        try
        {
            while (!_stop && !IsEnough)
            {
                var left = _options.Duration is { } limit ? (limit - _running.Elapsed).TotalMilliseconds : Interval;
                if (left <= 0) break;
                if (!Move(device)) device.Wait(_wake, (int)Math.Min(Interval, Math.Ceiling(left)));
            }
        }
        catch (Exception e)
        {
            Failure = CaptureFailure.Of(Interface, e);
        }

        EndTime = DateTimeOffset.Now;
        Try(() => Drain(device));
        _owners?.Dispose();
        Try(_sink.Settle);
        Try(() => Tally(device, final: true));
        Try(() => _sink.End(Counts));
        device.Close();
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) // on a thread of its own, whatever isn't caught ends the process
        {
            Failure ??= CaptureFailure.Of(Interface, e);
        }
    }

    // What waits in the ring, at most so many that counters and files don't fall behind. False where nothing waited.
    private bool Move(CaptureDevice device)
    {
        var moved = 0;
        while (moved < 4096 && !IsEnough && device.Next(out var time, out var length, out var data))
        {
            Take(time, length, data);
            moved++;
        }

        Guarded(_sink.Idle);
        _owners?.Drain();
        if (Environment.TickCount64 - _tallied >= Interval) Tally(device, final: false);
        return moved > 0;
    }

    private void Take(long time, uint length, ReadOnlySpan<byte> data)
    {
        _read++;
        var drops = _counts.Dropped - _dropsTold; // of this thread's own last tally
        _dropsTold += drops;
        try
        {
            var owner = Owner(time, data);
            _sink.Take(new(time, length, drops, _directions!.Of(data, _linkType), owner) { Process = owner is { } known ? _owners!.Process(known) : null }, data);
        }
        catch
        {
            _sinkIsBroken = true;
            throw;
        }
    }

    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch
        {
            _sinkIsBroken = true;
            throw;
        }
    }

    private SocketOwner? Owner(long time, ReadOnlySpan<byte> data)
    {
        if (_owners is null || !PacketTuple.TryParse(data, _linkType, out var tuple, out var segment) || _owners.Find(tuple, segment, time) is not { } owner) return null;
        _attributed++;
        return owner;
    }

    private void Drain(CaptureDevice device)
    {
        device.Refuse();
        // A block that isn't full is handed over within its time; where nothing is left out the counters tell when all is here.
        var patience = Stopwatch.StartNew();
        while (true)
        {
            Try(() => Empty(device));
            device.Count();
            if (!_leavesOut && _read + _beyond + device.Dropped >= device.Received) return;
            if (patience.ElapsedMilliseconds > 3 * CaptureDevice.HandOver) return;
            Thread.Sleep(5);
        }
    }

    // What the ring has. A sink that breaks meanwhile, or an interface that is gone, leaves the rest to the next time.
    private void Empty(CaptureDevice device)
    {
        while (device.Next(out var time, out var length, out var data))
        {
            if (_sinkIsBroken || IsEnough) _beyond++;
            else Take(time, length, data);
        }
    }

    private void Tally(CaptureDevice device, bool final)
    {
        _tallied = Environment.TickCount64;
        device.Count();
        var lost = device.Dropped + _sink.Lost + (_sinkIsBroken ? _beyond : 0);
        var filtered = (_sinkIsBroken ? 0 : _beyond) + _sink.LeftOut;
        var unread = final ? Math.Max(0, device.Received - device.Dropped - _read - _beyond) : 0;
        // libpcap leaves out, without a number, what came before the filter was in force, and on loopback the outgoing half: each packet passes
        // twice there. While it runs, packets wait in the ring.
        if (_leavesOut) filtered += unread;
        else lost += unread;
        lock (_counting) _counts = new(device.Received, _sink.Written, filtered, lost);
    }
}
