using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>An owned file descriptor.</summary>
internal sealed class FileDescriptor : SafeHandle
{
    public FileDescriptor(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for a call made while this object is kept alive by its owner.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    /// <summary>A close-on-exec copy whose number is at least <paramref name="least"/>.</summary>
    public unsafe FileDescriptor DuplicateAbove(int least) =>
        new(Check.Result("fcntl", LibC.fcntl(Number, 1030 /* F_DUPFD_CLOEXEC */, least)));

    /// <summary>Opens a path close-on-exec.</summary>
    public static unsafe FileDescriptor Open(string path, int flags, int mode = 0)
    {
        fixed (byte* text = Utf8.Terminated(path))
        {
            return new(Check.Result("open", LibC.open(text, flags | LibC.O_CLOEXEC, (ushort)mode), path));
        }
    }

    /// <summary>A close-on-exec pipe.</summary>
    public static unsafe (FileDescriptor Read, FileDescriptor Write) Pipe()
    {
        int* ends = stackalloc int[2];
        Check.Result("pipe2", LibC.pipe2(ends, LibC.O_CLOEXEC));
        return (new(ends[0]), new(ends[1]));
    }

    /// <summary>Makes reads and writes return EAGAIN instead of waiting.</summary>
    public FileDescriptor NonBlocking()
    {
        Check.Result("fcntl", LibC.fcntl(Number, LibC.F_SETFL, LibC.fcntl(Number, LibC.F_GETFL) | LibC.O_NONBLOCK));
        return this;
    }
}
