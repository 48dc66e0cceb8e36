using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Tests.Runtime;
using Tmds.Linux;

namespace Sandbox.Tests.Launch;

[Collection(ProcessStateCollection.Name)]
public sealed class ControlSocketTests : IDisposable
{
    private readonly ControlSocket _socket = new();

    [Fact]
    public unsafe void The_kernel_names_the_sender()
    {
        byte text = 82;
        Assert.Equal(1, (long)LibC.send(_socket.Theirs.Number, &text, 1, 0));
        var received = _socket.Receive()!.Value;
        Assert.Equal((82, Environment.ProcessId), (received.Message, received.Sender));
        Assert.Null(received.Descriptor);
    }

    [Fact]
    public void A_descriptor_arrives_close_on_exec()
    {
        using var file = FileDescriptor.Open("/etc", LibC.O_RDONLY);
        SendRights(_socket.Theirs.Number, file.Number, 1);
        var received = _socket.Receive()!.Value;
        using var descriptor = received.Descriptor!;
        Assert.Equal("/etc", new FileInfo($"/proc/self/fd/{descriptor.Number}").LinkTarget);
        Assert.Equal(1, LibC.fcntl(descriptor.Number, LibC.F_GETFD));
    }

    [Fact]
    public void A_message_cut_off_is_an_error_and_leaks_no_descriptor()
    {
        using var file = FileDescriptor.Open("/etc", LibC.O_RDONLY);
        var before = ProcessState.Descriptors();
        SendRights(_socket.Theirs.Number, file.Number, 2);
        Assert.Equal("Launch,CONTROL_MESSAGE", Assert.Throws<SandboxException>(() => _socket.Receive()).ErrorId);
        Assert.Empty(ProcessState.NewDescriptors(before));
    }

    [Fact]
    public void The_end_is_told_and_a_send_to_it_is_no_signal()
    {
        _socket.Theirs.Dispose();
        Assert.Null(_socket.Receive());
        Assert.False(_socket.Send(1));
    }

    public void Dispose() => _socket.Dispose();

    private static unsafe void SendRights(int socket, int fd, int length)
    {
        var text = stackalloc byte[8];
        var vector = new iovec { iov_base = text, iov_len = length };
        var rights = stackalloc long[3];
        rights[0] = 20;
        rights[1] = 1 | (1L << 32);
        rights[2] = fd;
        var header = default(msghdr);
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = rights;
        header.msg_controllen = 24;
        Assert.Equal(length, (long)LibC.sendmsg(socket, &header, 0));
    }
}
