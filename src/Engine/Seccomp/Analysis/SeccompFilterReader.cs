using Sandbox.Native;

namespace Sandbox.Seccomp;

/// <summary>
/// Reads the filters of a live process by PTRACE_SECCOMP_GET_FILTER. The kernel asks for CAP_SYS_ADMIN in the initial user namespace
/// and for a reader without filters of its own. The process's main thread stops for the moment of reading.
/// </summary>
public static class SeccompFilterReader
{
    // A thread that doesn't stop within this time is in an uninterruptible sleep.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The filters of a process's main thread, or another thread of it, the newest first; none where it has none.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="threadId">The thread; the main one if null.</param>
    /// <param name="policy">A policy that the filters are compared with.</param>
    public static IReadOnlyList<SeccompFilter> Read(int processId, int? threadId = null, SeccompPolicy? policy = null)
    {
        int thread = threadId ?? processId;
        if (!Directory.Exists($"/proc/{processId}/task/{thread}"))
            throw new SandboxException("GetSeccompFilter,ESRCH", SandboxErrorKind.ObjectNotFound, $"There is no process {processId}{(thread == processId ? "" : $" with a thread {thread}")}.", "Check the id; it may have ended.");
        if (processId == Environment.ProcessId)
            throw new SandboxException("GetSeccompFilter,OWN_PROCESS", SandboxErrorKind.InvalidArgument, "A process can't trace itself.", "Read its filters from another process.");
        // Its stop would be reported to this process's runtime as well, which would take it for the child's end (waitpid in SIGCHLD).
        if (Parent(processId) == Environment.ProcessId)
            throw new SandboxException("GetSeccompFilter,OWN_CHILD", SandboxErrorKind.InvalidArgument, $"The process {processId} is a child of this one, whose runtime would take its stop for its end.", "Read its filters from another process, such as another pwsh.");
        return [.. OnOwnThread(() => Trace(thread)).Select((filter, index) => Make(processId, thread, index, filter.Bytes, filter.Log, policy))];
    }

    private static int Parent(int processId)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(text => text.StartsWith("PPid:", StringComparison.Ordinal));
            return line is null ? 0 : int.Parse(line.AsSpan("PPid:".Length).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended; tracing it says so
        }
    }

    private static SeccompFilter Make(int processId, int thread, int index, byte[] bytes, bool log, SeccompPolicy? policy)
    {
        var program = SeccompProgram.FromBytes(bytes, SeccompArchitectures.Native == SeccompArchitecture.S390X);
        return new(processId, thread, index, program.Count, program.LongestPath, log, program, policy?.Name, policy is null ? null : SeccompComparison.Compare(policy, program));
    }

    private static List<(byte[] Bytes, bool Log)> Trace(int thread)
    {
        try
        {
            Ptrace.Attach(thread);
            Ptrace.Stop(thread);
            long start = Environment.TickCount64;
            while (!Ptrace.HasStopped(thread))
            {
                if (Environment.TickCount64 - start > Patience.TotalMilliseconds)
                    throw new SandboxException("GetSeccompFilter,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"The thread {thread} doesn't stop: it sleeps uninterruptibly in the kernel.", "Try again later.");
                Thread.Sleep(1);
            }
        }
        catch (ErrnoException e)
        {
            throw Explain(e, thread);
        }

        try
        {
            var filters = new List<(byte[], bool)>();
            while (Ptrace.Filter(thread, filters.Count) is { } bytes) filters.Add((bytes, (Ptrace.Flags(thread, filters.Count) & (ulong)SeccompFilterFlags.Log) != 0));
            // The kernel counts from the oldest (get_nth_filter of kernel/seccomp.c), though ptrace(2) says the opposite.
            filters.Reverse();
            return filters;
        }
        catch (ErrnoException e)
        {
            throw Explain(e, thread);
        }
        finally
        {
            Ptrace.Detach(thread);
        }
    }

    private static SandboxException Explain(ErrnoException error, int thread) => error.Errno switch
    {
        Errno.EPERM => new SandboxException("GetSeccompFilter,EPERM", SandboxErrorKind.PermissionDenied, $"The thread {thread} can't be traced: {error.Message}", "Run as root; a process that another debugger traces can't be read.", error),
        Errno.EACCES => new SandboxException("GetSeccompFilter,EACCES", SandboxErrorKind.PermissionDenied, "The kernel shows filters only to a process with CAP_SYS_ADMIN in the initial user namespace that has no filter of its own.", "Run as root on the host, outside of containers and sandboxes.", error),
        Errno.ESRCH or Errno.ECHILD => new SandboxException("GetSeccompFilter,ESRCH", SandboxErrorKind.ObjectNotFound, $"The thread {thread} has ended.", "Check the id.", error),
        Errno.EIO => new SandboxException("GetSeccompFilter,EIO", SandboxErrorKind.NotInstalled, "This kernel can't show filters: it is built without CONFIG_CHECKPOINT_RESTORE.", "Use a kernel that has it.", error),
        _ => error,
    };

    // The tracer is a thread and not a process; when this one ends, the kernel lets go of whatever it still traces.
    private static T OnOwnThread<T>(Func<T> read)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = read();
            }
            catch (Exception e)
            {
                failure = e;
            }
        }) { Name = "seccomp filter reader", IsBackground = true };
        thread.Start();
        thread.Join();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return result!;
    }
}
