using System.Globalization;
using System.Runtime.CompilerServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Denials;

/// <summary>
/// A thread of a target by its /proc directory, which stays that thread's: once it has ended, every read fails, whoever has its id then.
/// Names, program and user are read anew each time, since the target can change them.
/// </summary>
internal sealed unsafe class TargetTask : ITargetView, IDisposable
{
    private readonly FileDescriptor _directory;
    private readonly FileDescriptor _comm;
    private readonly FileDescriptor _exe; // the link itself: read by its descriptor it costs no look-up
    private readonly FileDescriptor _cwd;
    private string? _name;
    private string? _program;
    private readonly byte[] _nameBytes = new byte[64];
    private int _nameLength;
    private byte[] _programBytes = [];

    private TargetTask(int thread, FileDescriptor directory, FileDescriptor comm, FileDescriptor exe, FileDescriptor cwd, int process)
    {
        Thread = thread;
        _directory = directory;
        _comm = comm;
        _exe = exe;
        _cwd = cwd;
        Process = process;
    }

    public int Thread { get; }

    /// <summary>The process (thread group) by its id on the host.</summary>
    public int Process { get; }

    /// <summary>Opens it; null where it has ended.</summary>
    public static TargetTask? TryOpen(int thread)
    {
        FileDescriptor? directory = null, comm = null, exe = null, cwd = null;
        try
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}");
            directory = FileDescriptor.Open(path, LibC.O_RDONLY | LibC.O_DIRECTORY);
            comm = OpenAt(directory, "comm\0"u8, LibC.O_RDONLY);
            exe = OpenAt(directory, "exe\0"u8, LibC.O_PATH | LibC.O_NOFOLLOW);
            cwd = OpenAt(directory, "cwd\0"u8, LibC.O_PATH | LibC.O_NOFOLLOW);
            var process = ThreadGroup(directory);
            if (comm is not null && exe is not null && cwd is not null && process is { } id) return new(thread, directory, comm, exe, cwd, id);
        }
        catch (ErrnoException)
        {
            // It has ended, or /proc hides it.
        }

        cwd?.Dispose();
        exe?.Dispose();
        comm?.Dispose();
        directory?.Dispose();
        return null;
    }

    /// <summary>The thread's name, as last read.</summary>
    public string? Name() => _name;

    /// <summary>
    /// Reads its name and <see cref="User"/>; false where the thread has ended: the name can't be read then, where the directory's owner
    /// would be root for it (fs/proc/base.c, pid_getattr).
    /// </summary>
    [SkipLocalsInit]
    public bool Refresh()
    {
        var buffer = stackalloc byte[64];
        var length = (int)(long)LibC.pread(_comm.Number, buffer, 64, 0);
        if (length <= 0) return false;
        var bytes = new ReadOnlySpan<byte>(buffer, length - 1); // without the line feed
        if (_name is null || !bytes.SequenceEqual(_nameBytes.AsSpan(0, _nameLength)))
        {
            _name = ArgumentText.Of(bytes);
            bytes.CopyTo(_nameBytes);
            _nameLength = bytes.Length;
        }

        return ReadUser();
    }

    /// <summary>The program that it runs now, as its mount namespace names it; null where that can't be told.</summary>
    [SkipLocalsInit]
    public string? Executable()
    {
        var buffer = stackalloc byte[4096];
        var length = ReadLink(_exe, "\0"u8, buffer, 4096);
        if (length <= 0) return null;
        var bytes = new ReadOnlySpan<byte>(buffer, length);
        if (!bytes.SequenceEqual(_programBytes))
        {
            _programBytes = bytes.ToArray();
            _program = ArgumentText.Of(bytes);
        }

        return _program;
    }

    /// <summary>
    /// Its effective user on the host, as last read: the owner of its /proc directory, which the kernel takes from the credentials and not
    /// from whether the process is dumpable (fs/proc/base.c, task_dump_owner).
    /// </summary>
    public long User { get; private set; }

    private bool ReadUser()
    {
        stat status;
        if (LibC.fstat(_directory.Number, &status) != 0) return false;
        User = (uint)status.st_uid;
        return true;
    }

    public int Read(ulong address, Span<byte> buffer)
    {
        fixed (byte* at = buffer)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                // One page at a time: the kernel copies whole pieces, and a piece that ends in an unmapped page would give nothing.
                var part = (int)Math.Min((ulong)(buffer.Length - done), 4096 - ((address + (ulong)done) & 4095));
                var local = new iovec { iov_base = at + done, iov_len = part };
                var remote = new iovec { iov_base = (void*)(address + (ulong)done), iov_len = part };
                var got = (long)LibC.syscall(Syscall.ProcessVmRead.Number, Thread, &local, 1, &remote, 1, 0);
                if (got <= 0) break;
                done += (int)got;
                if (got < part) break;
            }

            return done;
        }
    }

    public string? WorkingDirectory() => Link(_cwd, "\0"u8);

    public string? Descriptor(int fd) => fd < 0 ? null : Link(_directory, Utf8.Terminated(string.Create(CultureInfo.InvariantCulture, $"fd/{fd}")));

    public void Dispose()
    {
        _cwd.Dispose();
        _exe.Dispose();
        _comm.Dispose();
        _directory.Dispose();
    }

    [SkipLocalsInit]
    private static string? Link(FileDescriptor at, ReadOnlySpan<byte> name)
    {
        var buffer = stackalloc byte[4096];
        var length = ReadLink(at, name, buffer, 4096);
        return length <= 0 ? null : ArgumentText.Of(new(buffer, length));
    }

    private static int ReadLink(FileDescriptor directory, ReadOnlySpan<byte> name, byte* buffer, int size)
    {
        fixed (byte* at = name) return (int)(long)LibC.readlinkat(directory.Number, at, buffer, size);
    }

    private static FileDescriptor? OpenAt(FileDescriptor directory, ReadOnlySpan<byte> name, int flags)
    {
        fixed (byte* at = name)
        {
            var fd = LibC.openat(directory.Number, at, flags | LibC.O_CLOEXEC, 0);
            return fd < 0 ? null : new(fd);
        }
    }

    private static int? ThreadGroup(FileDescriptor directory)
    {
        using var status = OpenAt(directory, "status\0"u8, LibC.O_RDONLY);
        if (status is null) return null;
        var buffer = stackalloc byte[512];
        var length = (int)(long)LibC.read(status.Number, buffer, 512);
        if (length <= 0) return null;
        var text = new ReadOnlySpan<byte>(buffer, length);
        var at = text.IndexOf("\nTgid:\t"u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(text[(at + 7)..], out int process, out _) ? process : null;
    }
}
