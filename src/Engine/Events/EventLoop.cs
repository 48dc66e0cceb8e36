using System.Collections.Concurrent;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Events;

/// <summary>
/// One thread that waits for the descriptors and timers of every running sandbox (epoll(7)). It starts with the first registration
/// and ends 80 ms after the last, since a script that launches one program after another would pay for a new thread each time;
/// handlers run on it one after the other and must not wait.
/// </summary>
internal sealed class EventLoop
{
    private static readonly Lock Gate = new();
    private static EventLoop? _current;
    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _wake;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Dictionary<int, Action<uint>> _handlers = [];
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private const int Linger = 80;
    private readonly Thread _thread;
    private int _users;
    private bool _ended;

    private EventLoop()
    {
        _epoll = new(Check.Result("epoll_create1", LibC.epoll_create1(LibC.EPOLL_CLOEXEC)));
        _wake = new(Check.Result("eventfd", LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK)));
        Control(LibC.EPOLL_CTL_ADD, _wake.Number, (uint)LibC.EPOLLIN);
        _thread = new Thread(Run) { Name = "Sandbox.EventLoop", IsBackground = true };
        _thread.Start();
    }

    /// <summary>What its handlers read into: they run one after the other.</summary>
    public byte[] Chunk { get; } = new byte[65536];

    /// <summary>The loop, held until <see cref="Release"/>.</summary>
    public static EventLoop Acquire()
    {
        lock (Gate)
        {
            _current ??= new EventLoop();
            _current._users++;
            return _current;
        }
    }

    /// <summary>Gives up one hold; the thread ends some time after the last.</summary>
    public void Release()
    {
        lock (Gate)
        {
            if (--_users == 0 && Thread.CurrentThread != _thread) Wake();
        }
    }

    /// <summary>Runs an action on the loop's thread; false where the thread has ended, and then the action never runs.</summary>
    public bool Post(Action action)
    {
        // Under the lock, so that the loop can't end between the check and the wake-up, whose descriptor it closes.
        lock (Gate)
        {
            if (_ended) return false;
            _posted.Enqueue(action);
            Wake();
            return true;
        }
    }

    /// <summary>Watches a descriptor; on the loop's thread only.</summary>
    public void Watch(FileDescriptor fd, uint events, Action<uint> handler)
    {
        _handlers[fd.Number] = handler;
        Control(LibC.EPOLL_CTL_ADD, fd.Number, events);
    }

    /// <summary>Changes what a watched descriptor is watched for; on the loop's thread only.</summary>
    public void Change(FileDescriptor fd, uint events) => Control(LibC.EPOLL_CTL_MOD, fd.Number, events);

    /// <summary>Stops watching; on the loop's thread only, before the descriptor is closed.</summary>
    public void Forget(FileDescriptor fd)
    {
        if (_handlers.Remove(fd.Number)) Control(LibC.EPOLL_CTL_DEL, fd.Number, 0);
    }

    /// <summary>Runs an action after a while, on the loop's thread; on the loop's thread only.</summary>
    public LoopTimer After(TimeSpan delay, Action action)
    {
        var timer = new LoopTimer(action);
        _timers.Enqueue(timer, Environment.TickCount64 + (long)Math.Ceiling(delay.TotalMilliseconds));
        return timer;
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        LibC.write(_wake.Number, &one, 8);
    }

    private unsafe void Control(int operation, int fd, uint events)
    {
        epoll_event change = default;
        change.events = (int)events;
        change.data.fd = fd;
        Check.Result("epoll_ctl", LibC.epoll_ctl(_epoll.Number, operation, fd, &change));
    }

    private void Run()
    {
        do
        {
            RunDue();
            while (_posted.TryDequeue(out var action)) Guard(action);
        }
        while (WaitOnce() || !TryEnd());

        _epoll.Dispose();
        _wake.Dispose();
    }

    private bool TryEnd()
    {
        lock (Gate)
        {
            _ended = _users == 0 && _posted.IsEmpty;
            if (_ended && _current == this) _current = null;
            return _ended;
        }
    }

    // False where nothing came for as long as an unused loop lingers.
    private unsafe bool WaitOnce()
    {
        const int Most = 64;
        var ready = stackalloc epoll_event[Most];
        var unused = Volatile.Read(ref _users) == 0;
        var timeout = unused ? Linger : _timers.TryPeek(out _, out var due) ? (int)Math.Clamp(due - Environment.TickCount64, 0, 60_000) : -1;
        var count = LibC.epoll_wait(_epoll.Number, ready, Most, timeout);
        for (var i = 0; i < count; i++)
        {
            var fd = ready[i].data.fd;
            var events = (uint)ready[i].events;
            if (fd == _wake.Number)
            {
                ulong value;
                LibC.read(fd, &value, 8);
            }
            else if (_handlers.TryGetValue(fd, out var handler))
            {
                Guard(() => handler(events));
            }
        }

        return count != 0 || !unused;
    }

    private void RunDue()
    {
        while (_timers.TryPeek(out var timer, out var due) && due <= Environment.TickCount64)
        {
            _timers.Dequeue();
            if (!timer.Cancelled) Guard(timer.Action);
        }
    }

    // An exception of one sandbox's handler must end neither the thread nor the process; handlers report their own failures.
    private static void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            System.Diagnostics.Trace.TraceError($"Sandbox.EventLoop: {e}");
        }
    }
}
