using System.Globalization;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>Settings below /proc/sys; those of net are the ones of the network namespace of the thread that opens them.</summary>
internal static class Sysctl
{
    /// <summary>A setting by its whole path; null where it can't be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return ProcFile.Read(path).Trim();
        }
        catch (ErrnoException)
        {
            return null;
        }
    }

    /// <summary>A number by its name below /proc/sys; null where it can't be read.</summary>
    public static int? Number(string name) => int.TryParse(TryRead("/proc/sys/" + name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static unsafe void Write(string path, string value)
    {
        using var file = FileDescriptor.Open(path, LibC.O_WRONLY);
        var bytes = System.Text.Encoding.ASCII.GetBytes(value);
        fixed (byte* at = bytes) Check.Result("write", (int)(long)LibC.write(file.Number, at, bytes.Length), path);
    }
}
