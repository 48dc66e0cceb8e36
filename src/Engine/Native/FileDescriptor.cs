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

    /// <summary>A file in memory that holds these bytes, to be read from its beginning.</summary>
    public static unsafe FileDescriptor Memory(string name, ReadOnlySpan<byte> content)
    {
        var file = Memory(name, content.Length);
        fixed (byte* at = content) Check.Result("pwrite", (int)(long)LibC.pwrite(file.Number, at, content.Length, 0), name);
        return file;
    }

    /// <summary>A file in memory of a size that can't grow: a write beyond it fails with EPERM (memfd_create(2)).</summary>
    public static unsafe FileDescriptor Memory(string name, int size)
    {
        fixed (byte* text = Utf8.Terminated(name))
        {
            var file = new FileDescriptor(Check.Result("memfd_create", LibC.memfd_create(text, 3), name)); // MFD_CLOEXEC|MFD_ALLOW_SEALING
            Check.Result("ftruncate", LibC.ftruncate(file.Number, size), name);
            Check.Result("fcntl", LibC.fcntl(file.Number, 1033, 4), name); // F_ADD_SEALS, F_SEAL_GROW
            return file;
        }
    }

    /// <summary>Makes reads and writes return EAGAIN instead of waiting.</summary>
    public FileDescriptor NonBlocking()
    {
        Check.Result("fcntl", LibC.fcntl(Number, LibC.F_SETFL, LibC.fcntl(Number, LibC.F_GETFL) | LibC.O_NONBLOCK));
        return this;
    }
}
