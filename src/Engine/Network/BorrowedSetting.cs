using Sandbox.Host;

namespace Sandbox.Network;

/// <summary>A setting of one of the host's interfaces that is changed while a sandbox runs.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Before">What it was.</param>
/// <param name="Set">What it is meanwhile.</param>
/// <param name="AllBefore">What the setting of the same name for all interfaces was then.</param>
internal sealed record BorrowedSetting(string Path, string Before, string Set, string AllBefore)
{
    /// <summary>One as it is now; null where it is <paramref name="set"/> already, or not there.</summary>
    public static BorrowedSetting? Borrow(string path, string set) =>
        Sysctl.TryRead(path) is { } before && before != set ? new(path, before, set, Sysctl.TryRead(PathOfAll(path)) ?? "-") : null;

    /// <summary>Its dotted name, as in sysctl(8).</summary>
    public string Name => Path["/proc/sys/".Length..].Replace('/', '.');

    /// <summary>Whether it is one of IPv6.</summary>
    public bool IsIPv6 => Path.Split('/')[4] == "ipv6";

    /// <summary>What it is now; null where it is gone, with its interface.</summary>
    public string? Now => Sysctl.TryRead(Path);

    /// <summary>
    /// Whether somebody has made it so for all interfaces meanwhile (net.ipv4.ip_forward=1, as Docker does): it would be so now without a
    /// sandbox, too.
    /// </summary>
    public bool IsTakenOver => AllBefore != Set && Sysctl.TryRead(PathOfAll(Path)) == Set;

    /// <summary>Whether it is still ours: nobody else has changed it since.</summary>
    public bool IsOurs => Now == Set && !IsTakenOver;

    public void Apply() => Sysctl.Write(Path, Set);

    /// <summary>Puts it back, unless somebody else has changed it since.</summary>
    public bool PutBack()
    {
        if (!IsOurs) return false;
        Sysctl.Write(Path, Before);
        return true;
    }

    public override string ToString() => $"{Name} {Set} → {Before}";

    // /proc/sys/net/FAMILY/conf/INTERFACE/NAME
    private static string PathOfAll(string path)
    {
        var parts = path.Split('/');
        parts[6] = "all";
        return string.Join('/', parts);
    }
}
