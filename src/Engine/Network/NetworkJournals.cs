using System.Globalization;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>The journals of all processes of this machine, changed by one at a time.</summary>
internal static class NetworkJournals
{
    private const string Lock = ".lock";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The directory, on a file system that doesn't survive the machine.</summary>
    public static string Directory => "/run/sandbox/network";

    public static FileLock Enter()
    {
        System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return FileLock.Take(Path.Join(Directory, Lock), Patience);
    }

    /// <summary>
    /// Takes a free place that overlaps nothing the host can reach, and whose names nobody has: what somebody else called so isn't ours to
    /// use, nor to remove. Within <see cref="Enter"/>.
    /// </summary>
    public static (NatAddresses Addresses, FileLock File) Reserve(IReadOnlyList<AddressRange> taken, IReadOnlySet<string> names)
    {
        var first = Random.Shared.Next(NatAddresses.Places);
        for (var i = 0; i < NatAddresses.Places; i++)
        {
            var addresses = new NatAddresses((first + i) % NatAddresses.Places);
            if (names.Contains(addresses.Link) || names.Contains(addresses.Table) || addresses.Overlaps(taken)) continue;
            if (FileLock.TryTake(PathOf(addresses), LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL) is { } file) return (addresses, file);
        }

        throw new SandboxException("Network,ENOSPC", SandboxErrorKind.ResourceUnavailable, "Every place for a sandbox in 10.240.0.0/16 is taken: by sandboxes, by routes of the host, or by interfaces sbx* and tables sandbox-* of somebody else.", "Stop sandboxes, or change the host's routes.");
    }

    public static string PathOf(NatAddresses addresses) => Path.Join(Directory, addresses.Id);

    /// <summary>What is held by living owners other than <paramref name="but"/>, as far as it is of this namespace; within <see cref="Enter"/>.</summary>
    public static IEnumerable<NetworkJournal> Others(NatAddresses? but)
    {
        foreach (var path in Paths().Where(p => but is null || p != PathOf(but)))
        {
            // Only read: whether it is held doesn't matter for what it has changed.
            if (NetworkJournal.Read(path, null!) is { } journal && journal.Space == NetworkSpaces.Own) yield return journal;
        }
    }

    /// <summary>Those that nobody holds; within <see cref="Enter"/>. Each is held from then on.</summary>
    public static IEnumerable<(string Path, NetworkJournal? Journal)> Left()
    {
        foreach (var path in Paths())
        {
            if (FileLock.TryTake(path, LibC.O_RDWR) is not { } file) continue;
            var journal = NetworkJournal.Read(path, file);
            if (journal is null) file.Dispose();
            yield return (path, journal);
        }
    }

    public static bool Any => System.IO.Directory.Exists(Directory) && Paths().Count > 0;

    private static List<string> Paths() => [.. System.IO.Directory.EnumerateFiles(Directory).Where(p => int.TryParse(Path.GetFileName(p), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _)).Order(StringComparer.Ordinal)];
}
