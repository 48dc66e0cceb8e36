using Sandbox.Capture;
using Sandbox.Events;
using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Tracing;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>Follows one sandbox on the event loop: its streams, its refused calls, its time limit, its end.</summary>
internal sealed class SandboxSupervisor
{
    // What so few denials cost isn't worth a thread.
    private const int FewNotifications = 16;
    private static readonly TimeSpan TraceFlush = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Escalation = TimeSpan.FromMilliseconds(500);
    private readonly LaunchedSandbox _launched;
    private readonly RunLimits _limits;
    private readonly EventLoop _loop = EventLoop.Acquire();
    private readonly Lock _holding = new();
    private bool _released;
    private readonly ManualResetEventSlim _ended = new();
    private readonly List<PipeReader> _readers = [];
    private readonly Dictionary<OutputQueue, (OutputFollower? Output, OutputFollower? Error)> _followers = [];
    private readonly InputWriter? _input;
    private LoopTimer? _timeout;
    private SeccompThread? _seccompThread;
    private int _notifications;
    private volatile ProcessEnding? _ending;
    private volatile bool _timedOut;
    private volatile bool _finished; // the tree has ended; what it had may still be on the way out

    public SandboxSupervisor(LaunchedSandbox launched, StdioPipes pipes, RunLimits limits, SeccompSupervisor? seccomp, long outputLimit, byte[]? input)
    {
        _launched = launched;
        _limits = limits;
        Seccomp = seccomp;
        Output = new(outputLimit);
        Error = new(outputLimit);
        _readers.Add(new(_loop, pipes.OutputRead, Output));
        _readers.Add(new(_loop, pipes.ErrorRead, Error));
        if (pipes.InputWrite is { } write) _input = new(_loop, write, input ?? []);
    }

    public OutputBuffer Output { get; }

    public OutputBuffer Error { get; }

    public SeccompSupervisor? Seccomp { get; }

    /// <summary>What goes along with the target.</summary>
    public RunCompanions Companions { get; init; } = RunCompanions.None;

    public ProcessEnding? Ending => _ending;

    public bool TimedOut => _timedOut;

    /// <summary>Raised on the event loop, once.</summary>
    public Action? Ended { get; set; }

    /// <summary>Begins to follow.</summary>
    public void Begin(TimeSpan? timeout) => _loop.Post(() =>
    {
        foreach (var reader in _readers) reader.Begin();
        _input?.Begin();
        if (Seccomp is { } seccomp) _loop.Watch(seccomp.Listener, (uint)LibC.EPOLLIN, OnNotification);
        if (Companions.Recorder is not null) _loop.After(TraceFlush, FlushTrace);
        if (timeout is { } limit) _timeout = _loop.After(limit, OnTimeout);
        if (_launched.Init is { } init) _loop.Watch(init, (uint)LibC.EPOLLIN, _ => Finish());
        else Finish();
    });

    public bool Wait(TimeSpan timeout, CancellationToken cancellation) => _ended.Wait(timeout, cancellation);

    /// <summary>Signals the target.</summary>
    public void Signal(int signal) => OnLoop(() =>
    {
        if (!_finished && _launched.Target is { } target) PidFd.Signal(target, signal);
    });

    /// <summary>Kills the whole tree.</summary>
    public void Kill() => OnLoop(KillNow);

    public OutputQueue Follow(int processId, bool output, bool error)
    {
        var queue = new OutputQueue((output ? 1 : 0) + (error ? 1 : 0));
        var followers = (output ? new OutputFollower(processId, "StandardOutput", queue) : null, error ? new OutputFollower(processId, "StandardError", queue) : null);
        queue.Drained = () => OnLoop(ResumeReaders);
        OnLoop(() =>
        {
            _followers.Add(queue, followers);
            Attach(Output, followers.Item1, _readers[0]);
            Attach(Error, followers.Item2, _readers[1]);
        });
        return queue;
    }

    public void Unfollow(OutputQueue queue) => OnLoop(() =>
    {
        if (!_followers.Remove(queue, out var followers)) return;
        if (followers.Output is { } output) Output.Detach(output);
        if (followers.Error is { } error) Error.Detach(error);
        ResumeReaders();
    });

    // The loop may be gone once this sandbox has let go of it; only callers run then.
    private void OnLoop(Action action)
    {
        lock (_holding)
        {
            if (!_released) _loop.Post(action);
            else action(); // within the lock: two consumers may come at once
        }
    }

    private void Attach(OutputBuffer buffer, OutputFollower? follower, PipeReader reader)
    {
        if (follower is null) return;
        buffer.Attach(follower);
        if (reader.Ended) follower.Complete();
        else reader.Hold = () => _followers.Keys.Any(q => q.Full);
    }

    private void ResumeReaders()
    {
        foreach (var reader in _readers) reader.Resume();
    }

    private void OnNotification(uint events)
    {
        if ((events & LibC.EPOLLIN) == 0)
        {
            _loop.Forget(Seccomp!.Listener); // EPOLLHUP: no task has the filter any more
        }
        else if (++_notifications <= FewNotifications)
        {
            Seccomp!.AnswerOne();
        }
        else
        {
            _loop.Forget(Seccomp!.Listener);
            _seccompThread = new(Seccomp, endsWithTarget: _launched.Memory.InitPid != 0);
        }
    }

    private void FlushTrace()
    {
        if (_finished) return;
        Companions.Recorder!.Flush();
        _loop.After(TraceFlush, FlushTrace);
    }

    private void OnTimeout()
    {
        if (_finished) return;
        _timedOut = true;
        KillNow();
    }

    private void KillNow()
    {
        if (_finished) return;
        _launched.Kill();
        _limits.Kill();
        // The reaper ends by itself once the target is reaped. One that doesn't is killed, as is what is below it: by the kernel, where it is
        // PID 1 of a namespace.
        _loop.After(Escalation, () =>
        {
            if (_finished) return;
            if (_launched.Memory.InitPid == 0) TreeKill.Below(_launched.InitPid);
            _launched.KillInit();
        });
    }

    // The reaper has ended, and so has everything below it. Whatever still holds the pipes is not of this tree: nobody waits for it.
    private void Finish()
    {
        _finished = true;
        var ending = new ProcessEnding(DateTimeOffset.Now, null, null, false, false, null);
        try
        {
            ending = Conclude();
        }
        finally
        {
            // Whatever went wrong above, those who wait for the end get it.
            lock (_holding) _released = true;
            // The kernel takes its time over a link, and connections over their end.
            if (Companions is { Network: null, Capture: null } && !CaptureLoop.IsAnyOf(_launched.TargetPid)) Publish(ending);
            else new Thread(() => Publish(ending)) { IsBackground = true, Name = "Sandbox.Network" }.Start();
            _loop.Release();
        }
    }

    private void Publish(ProcessEnding ending)
    {
        try
        {
            try
            {
                Companions.Capture?.Finish();
            }
            finally
            {
                CaptureLoop.EndOf(_launched.TargetPid);
            }
        }
        catch (Exception) // on a thread of its own, whatever isn't caught ends the process
        {
            // What became of the capture is in its session.
        }

        try
        {
            Companions.Network?.Abandon();
        }
        finally
        {
            _ending = ending;
            Companions.Violations?.Complete();
            try
            {
                Ended?.Invoke();
            }
            finally
            {
                _ended.Set();
            }
        }
    }

    private ProcessEnding Conclude()
    {
        _timeout?.Cancel();
        if (_launched.Init is { } init) _loop.Forget(init);
        var killed = !_launched.Memory.StatusKnown && _launched.KillOrphan(TimeSpan.FromSeconds(1));
        _launched.ReapInit();
        if (Seccomp is { } seccomp) _loop.Forget(seccomp.Listener);
        _seccompThread?.Stop();
        Seccomp?.Dispose();
        Companions.Recorder?.Complete();
        Companions.Violations?.Complete();
        foreach (var reader in _readers) reader.Finish();
        _input?.Finish();
        _limits.Kill();
        var ending = ProcessEnding.From(_launched.Memory, killed, _limits.OomKills, _limits.PeakMemory);
        _limits.Remove();
        _launched.Dispose();
        return ending;
    }
}
