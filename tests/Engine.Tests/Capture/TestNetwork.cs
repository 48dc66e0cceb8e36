using System.Net;
using System.Net.Sockets;
using Sandbox.Native;
using Sandbox.Tests.Host;

namespace Sandbox.Tests.Capture;

/// <summary>A network namespace of one test: the pair va and vb, on which nothing is but what the test sends.</summary>
internal sealed class TestNetwork : IDisposable
{
    public TestNetwork()
    {
        HostOracle.Require("ip");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        CaptureTool.Run("ip", "netns", "add", Name);
        try
        {
            Inside("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
            Ip("link", "set", "lo", "up");
            Ip("link", "add", "va", "type", "veth", "peer", "name", "vb");
            Ip("link", "set", "va", "up");
            Ip("link", "set", "vb", "up");
            Ip("addr", "add", "10.9.9.1/24", "dev", "va");
            Ip("neigh", "add", "10.9.9.2", "lladdr", "02:00:00:00:00:02", "dev", "va", "nud", "permanent");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; } = $"sbxcap{Guid.NewGuid():N}"[..14];

    public string Path => "/run/netns/" + Name;

    public void Ip(params string[] arguments) => CaptureTool.Run("ip", ["-n", Name, .. arguments]);

    public string Inside(params string[] command) => CaptureTool.Run("ip", ["netns", "exec", Name, .. command]);

    /// <summary>Sends datagrams over va; each holds its number.</summary>
    public void Send(int count, int size = 18, int port = 9, int from = 0)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using (var file = FileDescriptor.Open(Path, 0)) NetworkNamespace.Enter(file);
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(IPAddress.Parse("10.9.9.2"), port);
                var data = new byte[size];
                for (var i = from; i < from + count; i++)
                {
                    BitConverter.TryWriteBytes(data, i);
                    socket.Send(data);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("sending failed", failure);
    }

    public void Dispose() => CaptureTool.Run("ip", "netns", "del", Name);
}
