using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Calls of sockets that Landlock has a say in: TCP ports and abstract unix sockets.</summary>
internal static class SocketReplay
{
    public static CheckResult Of(CauseQuery query)
    {
        var facts = query.Facts;
        if (query.Sandbox?.Domain is null || facts.Address is not { } address) return CheckResult.Passes;
        if (address.StartsWith("unix @", StringComparison.Ordinal) && facts.Errno == Errno.EPERM && query.Call is "connect" or "sendto" or "sendmsg") return Abstract(query, address[5..]);
        if (SocketPort.Of(address) is not { } port || facts.Errno != Errno.EACCES) return CheckResult.Passes;
        return query.Call switch
        {
            "connect" => LandlockReplay.Port(query, LandlockAccessNet.ConnectTcp, port, Protocol(facts)),
            "bind" => LandlockReplay.Port(query, LandlockAccessNet.BindTcp, port, Protocol(facts)),
            _ => CheckResult.Passes,
        };
    }

    // A datagram socket that has another peer gives EPERM as well; a stream one doesn't (net/unix/af_unix.c).
    private static CheckResult Abstract(CauseQuery query, string name) => Protocol(query.Facts) == "UNIX-STREAM"
        ? LandlockReplay.Scope(query, LandlockScope.AbstractUnixSocket, $"unix {name} was made outside of it")
        : CheckResult.Undecided("the peer of a datagram socket may talk to another one only");

    // sockfs has the protocol's name as an attribute (net/socket.c, sockfs_xattr_get); null where the socket is gone.
    private static string? Protocol(ViolationFacts facts) =>
        ExtendedAttribute.Get(string.Create(CultureInfo.InvariantCulture, $"/proc/{facts.Process}/fd/{(int)facts.Arguments[0]}"), "system.sockprotoname") is { Length: > 1 } name
            ? System.Text.Encoding.ASCII.GetString(name).TrimEnd('\0')
            : null;
}
