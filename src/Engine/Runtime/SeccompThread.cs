using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>
/// Answers the notifications of one target on a thread of its own, for a target that makes many. It waits in poll(2): there, and not in
/// epoll_wait(2), a notification wakes it on its caller's processor, which is several times faster than the other.
/// </summary>
internal sealed unsafe class SeccompThread
{
    private readonly SeccompSupervisor _supervisor;
    private readonly FileDescriptor _stop;
    private readonly Thread _thread;
    private readonly bool _waitsInReceive;

    // Since Linux 6.11 the receiving call returns once no task has the filter; before, it would wait for ever.
    private static bool ReceiveEnds => Environment.OSVersion.Version >= new Version(6, 11);

    /// <summary>Starts it.</summary>
    /// <param name="supervisor">What answers.</param>
    /// <param name="endsWithTarget">Whether every task that has the filter ends before <see cref="Stop"/>: with PID 1 of its namespace.</param>
    public SeccompThread(SeccompSupervisor supervisor, bool endsWithTarget)
    {
        _supervisor = supervisor;
        _waitsInReceive = endsWithTarget && ReceiveEnds;
        _stop = new(Check.Result("eventfd", LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK)));
        _thread = new Thread(Run) { Name = "Sandbox.Seccomp", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends it; no call of the target is answered after that.</summary>
    public void Stop()
    {
        ulong one = 1;
        LibC.write(_stop.Number, &one, 8);
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        // Where nothing else can come, the receiving call itself waits: one system call less for each notification.
        while (_waitsInReceive && AnswerOne())
        {
        }

        Poll();
    }

    private void Poll()
    {
        var polls = stackalloc pollfd[2];
        polls[0].fd = _supervisor.Listener.Number;
        polls[1].fd = _stop.Number;
        polls[0].events = polls[1].events = (short)LibC.POLLIN;
        for (;;)
        {
            polls[0].revents = polls[1].revents = 0;
            if (PollEvents.Wait(polls, 2, -1) == 0) continue;
            if (polls[1].revents != 0) return;
            if ((polls[0].revents & LibC.POLLIN) != 0) AnswerOne();
            else if (polls[0].revents != 0) return; // POLLHUP: no task has the filter any more
        }
    }

    // An exception must not end the process: the call stays without an answer, and its caller waits until it is killed.
    private bool AnswerOne()
    {
        try
        {
            return _supervisor.AnswerOne();
        }
        catch (Exception e)
        {
            System.Diagnostics.Trace.TraceError($"Sandbox.Seccomp: {e}");
            return true;
        }
    }
}
