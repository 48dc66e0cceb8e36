using System.Globalization;
using System.Text;

namespace Sandbox.Hardening;

/// <summary>One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)).</summary>
/// <param name="Id">The mount's id.</param>
/// <param name="ParentId">The parent's.</param>
/// <param name="Device">major:minor.</param>
/// <param name="Root">What of the file system is mounted.</param>
/// <param name="MountPoint">Where, relative to the process's root.</param>
/// <param name="Options">Per-mount options such as ro, nosuid.</param>
/// <param name="Propagation">The optional fields such as shared:1, master:2; empty is private.</param>
/// <param name="FileSystemType">The type.</param>
/// <param name="Source">What was mounted.</param>
/// <param name="SuperOptions">Per-superblock options.</param>
public sealed record MountInfo(
    int Id, int ParentId, string Device, string Root, string MountPoint, IReadOnlyList<string> Options,
    IReadOnlyList<string> Propagation, string FileSystemType, string Source, IReadOnlyList<string> SuperOptions)
{
    /// <summary>Whether writes through this mount are refused.</summary>
    public bool IsReadOnly => Options.Contains("ro");

    /// <summary>Whether it neither sends nor receives mount events.</summary>
    public bool IsPrivate => !Propagation.Any(p => p.StartsWith("shared:", StringComparison.Ordinal) || p.StartsWith("master:", StringComparison.Ordinal));

    /// <summary>The mounts of a process, in the kernel's order: of two at one place the later covers the earlier.</summary>
    public static IReadOnlyList<MountInfo> Of(int pid) =>
        Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mountinfo")));

    /// <summary>Parses the file's text; a line that isn't understood is an error.</summary>
    public static IReadOnlyList<MountInfo> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((line, i) => ParseLine(line, i + 1))];

    private static MountInfo ParseLine(string line, int number)
    {
        string[] f = line.Split(' ');
        int separator = Array.IndexOf(f, "-", Math.Min(6, f.Length));
        if (separator < 0 || f.Length < separator + 4
            || !int.TryParse(f[0], CultureInfo.InvariantCulture, out int id) || !int.TryParse(f[1], CultureInfo.InvariantCulture, out int parent))
            throw new SandboxException("MountInfo,BAD_LINE", SandboxErrorKind.ParserError, $"mountinfo, line {number}: '{line}' isn't understood");
        return new MountInfo(id, parent, f[2], Unescape(f[3]), Unescape(f[4]), f[5].Split(','), f[6..separator],
            f[separator + 1], Unescape(f[separator + 2]), f[separator + 3].Split(','));
    }

    // The kernel writes space, tab, newline and backslash as three octal digits; the bytes are UTF-8.
    internal static string Unescape(string field)
    {
        if (!field.Contains('\\'))
            return field;
        byte[] bytes = Encoding.UTF8.GetBytes(field);
        var result = new List<byte>(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\' && i + 3 < bytes.Length && bytes.AsSpan(i + 1, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0)
            {
                result.Add((byte)(((bytes[i + 1] - '0') << 6) | ((bytes[i + 2] - '0') << 3) | (bytes[i + 3] - '0')));
                i += 3;
            }
            else
                result.Add(bytes[i]);
        }

        return Encoding.UTF8.GetString([.. result]);
    }
}
