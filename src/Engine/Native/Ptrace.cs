using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>ptrace(2), as far as a process's seccomp filters need it. All calls for one tracee come from one thread.</summary>
internal static partial class Ptrace
{
    private const long Seize = 0x4206, Interrupt = 0x4207, DetachRequest = 17, SeccompGetFilter = 0x420c, SeccompGetMetadata = 0x420d;
    private const int NoHang = 1, AllThreads = 0x4000_0000; // WNOHANG, __WALL

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static unsafe partial long Call(long request, int thread, nint address, void* data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static unsafe partial int WaitPid(int thread, int* status, int options);

    /// <summary>Becomes the tracer of a thread, which runs on.</summary>
    public static unsafe void Attach(int thread) => Check("ptrace(PTRACE_SEIZE)", Call(Seize, thread, 0, null));

    /// <summary>Asks the thread to stop.</summary>
    public static unsafe void Stop(int thread) => Check("ptrace(PTRACE_INTERRUPT)", Call(Interrupt, thread, 0, null));

    /// <summary>Whether the thread has stopped; an ended one is ESRCH.</summary>
    public static unsafe bool HasStopped(int thread)
    {
        int status;
        int found = WaitPid(thread, &status, NoHang | AllThreads);
        if (found < 0) throw new ErrnoException("waitpid", Marshal.GetLastPInvokeError());
        if (found == 0) return false;
        return (status & 0xff) == 0x7f ? true : throw new ErrnoException("waitpid", Errno.ESRCH, "the thread has ended"); // WIFSTOPPED
    }

    /// <summary>Lets a stopped thread run on, without a tracer. One that is gone needs nothing.</summary>
    public static unsafe void Detach(int thread) => Call(DetachRequest, thread, 0, null);

    /// <summary>The bytes of a stopped thread's filter, 0 the oldest; null where it has no such filter.</summary>
    public static unsafe byte[]? Filter(int thread, int index)
    {
        long count = Call(SeccompGetFilter, thread, index, null);
        // EINVAL: no filters at all; ENOENT: no more of them (get_nth_filter of kernel/seccomp.c)
        if (count < 0 && Marshal.GetLastPInvokeError() is Errno.EINVAL or Errno.ENOENT) return null;
        Check("ptrace(PTRACE_SECCOMP_GET_FILTER)", count);
        var bytes = new byte[8 * count];
        fixed (byte* at = bytes) Check("ptrace(PTRACE_SECCOMP_GET_FILTER)", Call(SeccompGetFilter, thread, index, at));
        return bytes;
    }

    /// <summary>The flags with which a filter was installed: of them the kernel keeps SECCOMP_FILTER_FLAG_LOG.</summary>
    public static unsafe ulong Flags(int thread, int index)
    {
        var metadata = stackalloc ulong[2]; // struct seccomp_metadata: filter_off, flags
        metadata[0] = (ulong)index;
        Check("ptrace(PTRACE_SECCOMP_GET_METADATA)", Call(SeccompGetMetadata, thread, 2 * sizeof(ulong), metadata));
        return metadata[1];
    }

    private static void Check(string call, long result)
    {
        if (result < 0) throw new ErrnoException(call, Marshal.GetLastPInvokeError());
    }
}
