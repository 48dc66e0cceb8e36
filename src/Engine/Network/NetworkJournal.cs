using System.Globalization;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>
/// What one sandbox has on the host, written before any of it is made: a file named after its place, which its owner holds locked. One
/// that nobody holds was left by an owner that is gone.
/// </summary>
internal sealed class NetworkJournal(NatAddresses addresses, FileLock file, string space, IReadOnlyList<BorrowedSetting> settings) : IDisposable
{
    public NatAddresses Addresses => addresses;

    /// <summary>The network namespace of its owner, as <see cref="NetworkSpaces"/> names it.</summary>
    public string Space => space;

    public IReadOnlyList<BorrowedSetting> Settings => settings;

    /// <summary>Writes one into the file of its place, which is gone again where it can't be written.</summary>
    public static NetworkJournal Write(NatAddresses addresses, FileLock file, IReadOnlyList<BorrowedSetting> settings)
    {
        try
        {
            return Fill(addresses, file, settings);
        }
        catch
        {
            File.Delete(NetworkJournals.PathOf(addresses));
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one; null where nothing of it was made, or where it is of an earlier boot.</summary>
    public static NetworkJournal? Read(string path, FileLock file)
    {
        if (!int.TryParse(Path.GetFileName(path), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var place) || place is < 0 or >= NatAddresses.Places) return null;
        // Not by File: it takes a lock of its own, which the owner's keeps away.
        var lines = ProcFile.Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToArray();
        if (lines is not [["boot", var boot], ["space", var space], .., ["end"]] || boot != Boot) return null;
        return new(new(place), file, space, [.. lines.Where(l => l is ["setting", _, _, _, _]).Select(l => new BorrowedSetting(l[1], l[2], l[3], l[4]))]);
    }

    public void Dispose() => file.Dispose();

    private static unsafe NetworkJournal Fill(NatAddresses addresses, FileLock file, IReadOnlyList<BorrowedSetting> settings)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"boot {Boot}\nspace {NetworkSpaces.Own}\n");
        foreach (var setting in settings) text.Append(CultureInfo.InvariantCulture, $"setting {setting.Path} {setting.Before} {setting.Set} {setting.AllBefore}\n");
        var bytes = Encoding.UTF8.GetBytes(text.Append("end\n").ToString());
        int written;
        fixed (byte* at = bytes) written = Check.Result("write", (int)(long)LibC.write(file.File.Number, at, bytes.Length), "journal");
        if (written < bytes.Length) throw new ErrnoException("write", Errno.ENOSPC, "journal"); // half a journal would be nobody's
        return new(addresses, file, NetworkSpaces.Own, settings);
    }

    private static string Boot => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
