using System.Net.Sockets;
using Sandbox.Capture;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>Finds a sandbox's place by the addresses in its network namespace, whoever has started it.</summary>
internal static class SandboxAddresses
{
    /// <summary>The addresses; null where the namespace is no sandbox's with a NAT of this host.</summary>
    public static NatAddresses? Of(PacketCaptureOptions options)
    {
        if (CaptureTarget.OpenNamespace(options) is not { } file) return null;
        using var space = NetworkNamespace.Of(file);
        (NatAddresses? Addresses, int Peer) found;
        try
        {
            found = space.Run(Find);
        }
        catch (ErrnoException e)
        {
            throw CaptureFailure.Namespace(CaptureTarget.Name(options), e);
        }

        using var host = new RouteSocket();
        // Another host's sandbox, or one behind pasta, may have the same addresses: the link between the two tells.
        return found.Addresses is { } addresses && found.Peer != 0 && host.IndexOf(addresses.Link) == found.Peer ? addresses : null;
    }

    /// <summary>Why it has no other view than its own.</summary>
    public static string Why(PacketCaptureOptions options) => options.ProcessId is null && options.NetworkNamespace is null
        ? "it needs a sandbox, by -Process or -NetworkNamespace"
        : $"{CaptureTarget.Name(options)} has no network that this host translates";

    private static (NatAddresses? Addresses, int Peer) Find()
    {
        using var routes = new RouteSocket();
        foreach (var (address, prefix) in routes.Addresses(0))
        {
            if (address.AddressFamily != AddressFamily.InterNetwork || prefix != NatAddresses.Prefix4) continue;
            var bytes = address.GetAddressBytes();
            var candidate = new NatAddresses((bytes[2] << 6) | (bytes[3] >> 2));
            if (candidate.Target4.Equals(address)) return (candidate, routes.PeerOf(NatNetwork.TargetLink));
        }

        return default;
    }
}
