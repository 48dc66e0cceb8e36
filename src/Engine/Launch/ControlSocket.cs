using System.Buffers.Binary;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>
/// The engine's end of the socket to a sandbox: unix(7) SOCK_SEQPACKET with SO_PASSCRED, so that the kernel itself says who sent
/// a message, by the pid that we see. Its closing, also by the end of our process, ends the sandbox.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const int MessageTruncated = 0x20 | 0x8; // MSG_TRUNC|MSG_CTRUNC
    private readonly FileDescriptor _ours;

    public unsafe ControlSocket()
    {
        var ends = stackalloc int[2];
        Check.Result("socketpair", LibC.socketpair(1, 5 | LibC.O_CLOEXEC, 0, ends)); // AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC
        _ours = new(ends[0]);
        Theirs = new(ends[1]);
        var on = 1;
        Check.Result("setsockopt", LibC.setsockopt(ends[0], 1, 16, &on, 4)); // SOL_SOCKET, SO_PASSCRED
    }

    /// <summary>The sandbox's end; closed here once the launcher has it.</summary>
    public FileDescriptor Theirs { get; }

    public int Number => _ours.Number;

    /// <summary>Sends one byte; false where the other end is gone.</summary>
    public unsafe bool Send(int message)
    {
        var text = (byte)message;
        return (long)LibC.send(_ours.Number, &text, 1, 0x4000) == 1; // MSG_NOSIGNAL
    }

    /// <summary>The next message, with its sender and the descriptor that came with it; null at the end.</summary>
    public unsafe (int Message, int Sender, FileDescriptor? Descriptor)? Receive()
    {
        byte text = 0;
        var vector = new iovec { iov_base = &text, iov_len = 1 };
        var controls = stackalloc byte[256];
        var header = default(msghdr);
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = controls;
        header.msg_controllen = 256;
        long got;
        do got = (long)LibC.recvmsg(_ours.Number, &header, 0x40000000); // MSG_CMSG_CLOEXEC
        while (got < 0 && LibC.errno == Errno.EINTR);
        if (got < 0) throw new ErrnoException("recvmsg", LibC.errno);
        if (got == 0) return null;
        var (sender, descriptor) = Parse(new(controls, (int)(ulong)header.msg_controllen));
        if ((header.msg_flags & MessageTruncated) == 0) return (text, sender, descriptor);
        descriptor?.Dispose();
        throw new SandboxException("Launch,CONTROL_MESSAGE", SandboxErrorKind.InvalidOperation, "A message on the control socket was cut off.");
    }

    public void Dispose()
    {
        _ours.Dispose();
        Theirs.Dispose();
    }

    private static (int Sender, FileDescriptor? Descriptor) Parse(ReadOnlySpan<byte> controls)
    {
        var sender = 0;
        FileDescriptor? descriptor = null;
        while (controls.Length >= 16)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(controls);
            var type = BinaryPrimitives.ReadInt32LittleEndian(controls[12..]);
            if (type == 2 && length >= 28) sender = BinaryPrimitives.ReadInt32LittleEndian(controls[16..]); // SCM_CREDENTIALS
            if (type == 1 && length >= 20) // SCM_RIGHTS
            {
                descriptor?.Dispose();
                descriptor = new(BinaryPrimitives.ReadInt32LittleEndian(controls[16..]));
            }

            var next = (length + 7) & ~7;
            if (next < 16 || next > controls.Length) break;
            controls = controls[next..];
        }

        return (sender, descriptor);
    }
}
