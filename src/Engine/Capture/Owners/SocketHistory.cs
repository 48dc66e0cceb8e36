namespace Sandbox.Capture;

/// <summary>Who had one socket when. Times are nanoseconds since 1970.</summary>
internal sealed class SocketHistory
{
    // Packets are asked for within some hundred milliseconds; older owners are needed no more, but for the last of them.
    private const long Memory = 2_000_000_000;
    private readonly List<(long Time, OwnerEventKind Kind, SocketOwner Owner)> _owners = [];

    /// <summary>When its last descriptor was closed.</summary>
    public long Released { get; set; } = long.MaxValue;

    public bool HasOwner => _owners.Count > 0;

    /// <summary>Adds what is known from a time on. Events of several processors come nearly in order.</summary>
    public void Add(long time, OwnerEventKind kind, in SocketOwner owner)
    {
        var at = _owners.Count;
        while (at > 0 && _owners[at - 1].Time > time) at--;
        _owners.Insert(at, (time, kind, owner));
        var old = 0;
        while (old + 1 < _owners.Count && _owners[old + 1].Time < time - Memory) old++;
        if (old > 16) _owners.RemoveRange(0, old);
    }

    /// <summary>Who had it; null where that isn't known.</summary>
    /// <param name="time">When.</param>
    /// <param name="received">Whether the question is of a packet that it received.</param>
    public SocketOwner? At(long time, bool received)
    {
        var at = _owners.Count - 1;
        while (at >= 0 && _owners[at].Time > time) at--;
        if (at < 0) return null;
        var owner = _owners[at].Owner;
        // Another process received next: the packet may be what it waited for.
        if (received && at + 1 < _owners.Count && _owners[at + 1] is { Kind: OwnerEventKind.Receive } next && next.Owner.ProcessId != owner.ProcessId) return null;
        return owner;
    }
}
