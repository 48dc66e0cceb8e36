using System.Buffers.Binary;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>
/// Watches over the rules of one sandbox while it runs. Where its table can't be owned (<see cref="OwnedTable"/>), any program with
/// CAP_NET_ADMIN can take them away, as <c>nft flush ruleset</c> does, or out of force; without them the link would lead everywhere. The kernel
/// tells of it (NFNLGRP_NFTABLES), and the link goes down at once, which is some milliseconds later.
/// </summary>
internal sealed class RulesetWatch : IDisposable
{
    private const int Subsystem = 10 << 8; // NFNL_SUBSYS_NFTABLES
    private const int NewTable = Subsystem, DeleteTable = Subsystem | 2, NewChain = Subsystem | 3, DeleteChain = Subsystem | 5, NewRule = Subsystem | 6, DeleteRule = Subsystem | 8; // NFT_MSG_…
    private const uint Group = 1 << 6; // NFNLGRP_NFTABLES, the seventh
    private const int FamilySize = 4, TableName = 1; // struct nfgenmsg; NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE
    private readonly NatRuleset _rules;
    private readonly string _link;
    private readonly NetlinkSocket _events;
    private readonly RouteSocket _routes;
    private readonly FileDescriptor _stop;
    private readonly BorrowedForwarding _borrowed;
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private IReadOnlyList<byte[]>? _asLoaded;
    private int _released;
    private SandboxException? _failure;
    private int _disposed;

    /// <summary>Begins, in the network namespace of the calling thread, when the rules are loaded and before the link is there.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="link">The link.</param>
    /// <param name="borrowed">Whose rules may go meanwhile; it ends with this.</param>
    public RulesetWatch(NatRuleset rules, string link, BorrowedForwarding borrowed)
    {
        (_rules, _link, _borrowed) = (rules, link, borrowed);
        try
        {
            _events = NetlinkSocket.Open(NetlinkSocket.NetFilter, Group, "NETLINK_NETFILTER");
            _asLoaded = NftTables.Contents(rules.Table);
            _routes = new RouteSocket();
            _stop = new(Check.Result("eventfd", LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK)));
        }
        catch
        {
            _routes?.Dispose();
            _events?.Dispose();
            borrowed.Dispose();
            throw;
        }

        _thread = new Thread(Run) { Name = "Sandbox.RulesetWatch", IsBackground = true };
        _thread.Start();
    }

    /// <summary>What became of the rules, and of the link; null while they are in force.</summary>
    public SandboxException? Failure => Volatile.Read(ref _failure);

    public unsafe void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        ulong one = 1;
        _ = LibC.write(_stop.Number, &one, 8);
        _thread.Join();
        _stop.Dispose();
        _routes.Dispose();
        _events.Dispose();
        _borrowed.Dispose();
    }

    private void Run()
    {
        try
        {
            Watch();
        }
        catch (Exception e)
        {
            // Nobody would see the rules go from here on.
            Disconnect($"its rules can't be watched any longer: {e.Message}");
        }
    }

    private unsafe void Watch()
    {
        const int Count = 3;
        var polls = stackalloc pollfd[Count];
        polls[0].fd = _events.File.Number;
        polls[1].fd = _stop.Number;
        polls[2].fd = _borrowed.File.Number;
        polls[0].events = polls[1].events = polls[2].events = (short)LibC.POLLIN;
        for (polls[2].revents = 1; ;)
        {
            // At the beginning too: what came before nobody told.
            if (polls[2].revents != 0) Release();
            polls[0].revents = polls[1].revents = polls[2].revents = 0;
            if (PollEvents.Wait(polls, Count, -1) == 0) continue;
            // What came before the end is told, too.
            if (Touched() && Change() is { } change)
            {
                Disconnect(change);
                return;
            }

            if (polls[1].revents != 0) return;
        }
    }

    // What is found here with less of it is as it should be from then on; what somebody else has changed before is seen first.
    private void Release()
    {
        if (!_borrowed.IsDue() || Change() is not null) return;
        _released += _borrowed.Release();
        _asLoaded = NftTables.Contents(_rules.Table);
    }

    // Whether what has come may mean that the table isn't as it was: less of it, or more, as a rule that accepts, or out of force (dormant).
    private bool Touched()
    {
        var touched = false;
        for (;;)
        {
            int length;
            try
            {
                length = _events.Receive(_buffer, "nftables events");
            }
            catch (ErrnoException e) when (e.Errno is Errno.ENOBUFS or Errno.EMSGSIZE)
            {
                touched = true; // some were lost
                continue;
            }

            if (length == 0) return touched;
            for (var at = 0; at + NetlinkSocket.HeaderSize <= length;)
            {
                var header = _buffer.AsSpan(at);
                var size = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (size < NetlinkSocket.HeaderSize || at + size > length) break;
                if (BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) is NewTable or DeleteTable or NewChain or DeleteChain or NewRule or DeleteRule) touched |= IsOurs(header[NetlinkSocket.HeaderSize..size]);
                at += (size + 3) & ~3;
            }
        }
    }

    private bool IsOurs(ReadOnlySpan<byte> message)
    {
        if (message.Length < FamilySize) return false;
        foreach (var (type, value) in new NetlinkAttributes(message[FamilySize..]))
        {
            if (type == TableName) return Encoding.UTF8.GetString(value).TrimEnd('\0') == _rules.Table;
        }

        return false;
    }

    // Another table that changes while the kernel lists them may hide a chain of ours from one look, not from two.
    private string? Change() => Look() is null ? null : Look();

    private string? Look()
    {
        if (NftTables.Contents(_rules.Table) is not { } now) return $"another program removed its table inet {_rules.Table}";
        if (_asLoaded is not null && now.Count == _asLoaded.Count && now.Zip(_asLoaded).All(p => p.First.AsSpan().SequenceEqual(p.Second))) return null;
        return $"another program changed its table inet {_rules.Table}: {NftTables.CountRules(_rules.Table)} of {_rules.Rules - _released} rules are left, or what puts them in force isn't as it was";
    }

    private void Disconnect(string reason)
    {
        try
        {
            if (_routes.IndexOf(_link) is var index and not 0) _routes.SetDown(index);
            reason += "; its link was taken down, and it has no network any more";
        }
        catch (Exception e)
        {
            reason += $"; its link could not be taken down ({e.Message}), and no rule holds for it any more";
        }

        Volatile.Write(ref _failure, new SandboxException("Network,RULES_GONE", SandboxErrorKind.ResourceUnavailable, $"The network of this sandbox has ended: {reason}.", "Keep other programs from tables named sandbox-* (nft flush ruleset, a reload of nftables.service), and start it again."));
    }
}
