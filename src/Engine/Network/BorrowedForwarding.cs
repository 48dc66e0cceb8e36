using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// What keeps interfaces that forward for a sandbox's sake from forwarding anything else, until somebody makes a router of the host
/// (net.ipv4.ip_forward=1, as Docker does): from then on it would keep theirs away. The kernel tells of that (RTNLGRP_IPV4_NETCONF).
/// </summary>
internal sealed class BorrowedForwarding : IDisposable
{
    private const uint Groups = 1 << 23 | 1 << 24; // RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF
    private readonly Func<string, bool> _tryEmpty;
    private readonly IReadOnlyList<BorrowedSetting> _settings;
    private readonly NetlinkSocket _events = NetlinkSocket.Open(NetlinkSocket.Route, Groups, "NETLINK_ROUTE");
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<bool> _kept;

    /// <summary>Begins, in the network namespace of the calling thread, when the rules are loaded.</summary>
    /// <param name="settings">What is borrowed.</param>
    /// <param name="tryEmpty">Takes the rules of a chain away, if the kernel does.</param>
    public BorrowedForwarding(IReadOnlyList<BorrowedSetting> settings, Func<string, bool> tryEmpty)
    {
        (_settings, _tryEmpty) = (settings, tryEmpty);
        _kept = [.. settings.Select(s => s.IsIPv6).Distinct()];
    }

    /// <summary>Readable where settings have changed.</summary>
    public FileDescriptor File => _events.File;

    /// <summary>The chain in which a family's forwarding ends.</summary>
    public static string Chain(bool six) => six ? "borrowed6" : "borrowed4";

    /// <summary>Whether the host forwards by now on its own account what is kept away.</summary>
    public bool IsDue()
    {
        Drain();
        return _kept.Exists(six => HostForwarding.IsRouter(_settings, six));
    }

    /// <summary>Lets it through; how many rules that took away. What the kernel refuses stays closed until the sandbox's end.</summary>
    public int Release() => _kept.RemoveAll(six => HostForwarding.IsRouter(_settings, six) && _tryEmpty(Chain(six)));

    public void Dispose() => _events.Dispose();

    // That something has changed is enough, also where some of it was lost.
    private void Drain()
    {
        for (;;)
        {
            try
            {
                if (_events.Receive(_buffer, "settings") == 0) return;
            }
            catch (ErrnoException e) when (e.Errno is Errno.ENOBUFS or Errno.EMSGSIZE)
            {
                // see above
            }
        }
    }
}
