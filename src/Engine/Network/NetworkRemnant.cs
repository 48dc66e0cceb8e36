namespace Sandbox.Network;

/// <summary>What a sandbox left on the host, since the process that owned it was killed.</summary>
public sealed record NetworkRemnant
{
    /// <summary>The table of nft, after which it is named.</summary>
    public required string Name { get; init; }

    /// <summary>The interface on the host.</summary>
    public string Link { get; init; } = "";

    /// <summary>Settings of the host that are to be put back, as <c>name now → before</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The file that names them.</summary>
    public required string Journal { get; init; }

    /// <summary>Whether it is gone now.</summary>
    public bool Removed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Settings.Count == 0 ? $"table inet {Name}, interface {Link}" : $"table inet {Name}, interface {Link}, {string.Join(", ", Settings)}";
}
