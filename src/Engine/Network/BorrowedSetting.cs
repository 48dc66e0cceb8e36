using Sandbox.Host;

namespace Sandbox.Network;

/// <summary>A setting of the host that is changed while a sandbox runs.</summary>
internal sealed record BorrowedSetting(string Path, string Before, string Set)
{
    /// <summary>Its dotted name, as in sysctl(8).</summary>
    public string Name => Path["/proc/sys/".Length..].Replace('/', '.');

    /// <summary>What it is now; null where it is gone, with its interface.</summary>
    public string? Now => Sysctl.TryRead(Path);

    public void Apply() => Sysctl.Write(Path, Set);

    /// <summary>Puts it back, unless somebody else has changed it since.</summary>
    public bool PutBack()
    {
        if (Now != Set) return false;
        Sysctl.Write(Path, Before);
        return true;
    }

    public override string ToString() => $"{Name} {Set} → {Before}";
}
