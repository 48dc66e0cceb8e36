namespace Sandbox.Host;

/// <summary>What a trial showed.</summary>
internal sealed record ProbeResult(bool Supported, string Detail)
{
    public string? Version { get; init; }

    public int Errno { get; init; }

    public string? Remedy { get; init; }

    public static ProbeResult Yes(string detail, string? version = null) => new(true, detail) { Version = version };

    public static ProbeResult No(string detail, int errno, string? remedy) => new(false, detail) { Errno = errno, Remedy = remedy };

    /// <summary>A call that left an errno.</summary>
    public static ProbeResult Failed(string call, int errno, string? remedy) => No($"{call}: {Native.Errno.Name(errno)}", errno, remedy);
}
