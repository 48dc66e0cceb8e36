using System.Runtime.InteropServices;
using Sandbox.Bpf;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Violations.Probes;

/// <summary>The tasks that the probes follow, each with its state: it ends with the task, so that no id is ever taken for another's.</summary>
internal static class TaskMarks
{
    private const int PidFdThread = 0x80; // PIDFD_THREAD of linux/pidfd.h, which is O_EXCL

    /// <summary>Follows a thread, from its next program on where it waits for one; false where it has ended.</summary>
    public static unsafe bool Mark(BpfMap tasks, int thread, bool fromExec)
    {
        // Since Linux 6.9 a thread can be named so; before, only a process.
        var fd = (int)(long)LibC.syscall(Syscall.PidFdOpen.Number, thread, PidFdThread);
        if (fd < 0) fd = (int)(long)LibC.syscall(Syscall.PidFdOpen.Number, thread, 0);
        if (fd < 0)
        {
            var errno = LibC.errno;
            // A further thread of a process before Linux 6.9 can't be named: EINVAL, or ENOENT in some versions.
            return errno is Errno.ESRCH or Errno.EINVAL or Errno.ENOENT ? false : throw new ErrnoException("pidfd_open", errno);
        }

        using var descriptor = new FileDescriptor(fd);
        Span<ulong> state = [(ulong)(fromExec ? ProbeMaps.Pending : ProbeMaps.Active)];
        if (tasks.TryUpdate(descriptor.Number, MemoryMarshal.AsBytes(state))) return true;
        var refused = LibC.errno;
        return refused == Errno.ESRCH ? false : throw BpfFailure.Describe("BPF_MAP_UPDATE_ELEM, TaskStorage", refused);
    }
}
