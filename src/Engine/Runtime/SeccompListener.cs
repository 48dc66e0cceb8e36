using System.Runtime.InteropServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>The notification descriptor of a filter: the ioctls of seccomp_unotify(2).</summary>
internal sealed unsafe class SeccompListener
{
    private const uint Receive = 0xc0502100, Send = 0xc0182101, IdValid = 0x40082102, SetFlags = 0x40082104; // SECCOMP_IOCTL_NOTIF_*
    private const uint Continue = 1; // SECCOMP_USER_NOTIF_FLAG_CONTINUE
    private const ulong SyncWakeUp = 1; // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6

    public SeccompListener(FileDescriptor descriptor)
    {
        Descriptor = descriptor;
        // Caller and supervisor take turns: the kernel is told to run each on the processor of the other. Where it doesn't know the
        // flag, it only takes longer.
        _ = LibC.syscall(Syscall.Ioctl.Number, descriptor.Number, SetFlags, (void*)SyncWakeUp);
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Takes one notification; waits where there is none. False where its caller was killed meanwhile, or a signal came.</summary>
    public bool TryReceive(out SeccompNotification notification)
    {
        notification = default; // the kernel refuses memory that isn't zero
        fixed (SeccompNotification* at = &notification) return LibC.ioctl(Descriptor.Number, unchecked((int)Receive), at) >= 0;
    }

    /// <summary>Whether the caller still waits for the answer: until then its thread id is its own, and its memory what it gave.</summary>
    public bool Waits(ulong id) => LibC.ioctl(Descriptor.Number, unchecked((int)IdValid), &id) >= 0;

    /// <summary>Fails the call with an errno. False where the caller is gone.</summary>
    public bool Fail(ulong id, int errno) => Answer(new() { Id = id, Error = -errno });

    /// <summary>
    /// Lets the kernel make the call. It makes it with the registers that the filter saw, so a decision by number and arguments holds;
    /// what a pointer refers to may have changed.
    /// </summary>
    public bool Proceed(ulong id) => Answer(new() { Id = id, Flags = Continue });

    private bool Answer(Response response) => LibC.ioctl(Descriptor.Number, unchecked((int)Send), &response) >= 0;

    [StructLayout(LayoutKind.Sequential)]
    private struct Response // struct seccomp_notif_resp
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }
}
