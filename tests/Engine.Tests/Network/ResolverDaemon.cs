using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sandbox.Tests.Network;

/// <summary>A daemon of the host that asks the world for whoever asks it by a unix socket, as resolvers do: each line is the port to ask.</summary>
internal static class ResolverDaemon
{
    public static void Run(string[] sockets)
    {
        var threads = sockets.Select(s =>
        {
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(s.StartsWith('@') ? "\0" + s[1..] : s));
            if (!s.StartsWith('@')) File.SetUnixFileMode(s, (UnixFileMode)0b110_110_110);
            listener.Listen();
            return new Thread(() => Serve(listener));
        }).ToArray();
        foreach (var thread in threads) thread.Start();
        Console.WriteLine("serving");
        foreach (var thread in threads) thread.Join();
    }

    private static void Serve(Socket listener)
    {
        using var outside = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (; ; )
        {
            // What is no line, as from a C library that takes it for nscd, is left without an answer.
            using var client = listener.Accept();
            client.ReceiveTimeout = 200;
            var request = new byte[100];
            int port;
            try
            {
                if (!int.TryParse(Encoding.ASCII.GetString(request, 0, client.Receive(request)), CultureInfo.InvariantCulture, out port)) continue;
            }
            catch (SocketException)
            {
                continue;
            }

            outside.SendTo("asked"u8, new IPEndPoint(IPAddress.Parse(NetworkWorld.Server), port));
            client.Send("asked\n"u8);
        }
    }
}
