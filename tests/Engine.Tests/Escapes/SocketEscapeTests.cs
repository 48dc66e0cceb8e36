using System.Net;
using System.Net.Sockets;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Sockets of the host, and families that an ordinary program doesn't need.</summary>
public sealed class SocketEscapeTests(EscapeProgram program) : IClassFixture<EscapeProgram>
{
    [Fact]
    public void An_abstract_socket_of_the_host_is_not_reached()
    {
        var name = $"sandbox-test-{Environment.ProcessId}";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen(5);
        program.WorksOutside("abstract", name);
        program.FailsInside("abstract", name);
        // With the host's network it is Landlock's scope that refuses.
        Host(r => r, "abstract", name);
    }

    [Fact]
    public void A_socket_file_that_was_not_shown_is_not_reached()
    {
        using var scratch = new ScratchDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(scratch.At("socket")));
        listener.Listen(5);
        program.WorksOutside("unix", scratch.At("socket"));
        program.FailsInside("unix", scratch.At("socket"));
    }

    [Fact]
    public void The_hosts_loopback_is_not_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString();
        program.WorksOutside("loopback", port);
        program.FailsInside("loopback", port);
        // Landlock by port, with the host's network.
        Host(r => r with { TcpConnectPorts = [1] }, "loopback", port);
    }

    [Theory, InlineData("packet", 17, 3, 768), InlineData("raw", 2, 3, 1), InlineData("vsock", 40, 1, 0), InlineData("uevents", 16, 3, 15), InlineData("audit", 16, 3, 9), InlineData("crypto", 38, 5, 0)]
    public void The_family_is_refused(string name, int family, int type, int protocol)
    {
        string[] attempt = ["socket", $"{family}", $"{type}", $"{protocol}"];
        Assert.SkipWhen(name == "crypto" && Seccomp.CProgram.Run("python3", ["-c", "import socket; socket.socket(38, 5)"]).Code != 0, "this kernel has no AF_ALG");
        program.WorksOutside(attempt);
        var denials = program.FailsInside(attempt).Denials;
        // Raw sockets of a family that programs need are left to the lack of CAP_NET_RAW.
        if (name != "raw") Assert.Contains(denials, d => d.Syscall == "socket");
    }

    private void Host(Func<HardeningProfile, HardeningProfile> change, params string[] attempt)
    {
        var profile = change(Sandboxed.Strict with { Network = NetworkMode.Host, Namespaces = NamespaceKinds.All & ~NamespaceKinds.Network });
        program.FailsInside(r => r with { Profile = profile }, attempt);
    }
}
