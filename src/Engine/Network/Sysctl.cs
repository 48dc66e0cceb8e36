using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>Settings below /proc/sys/net: those of the network namespace of the thread that opens them.</summary>
internal static class Sysctl
{
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

    public static unsafe void Write(string path, string value)
    {
        using var file = FileDescriptor.Open(path, LibC.O_WRONLY);
        var bytes = System.Text.Encoding.ASCII.GetBytes(value);
        fixed (byte* at = bytes) Check.Result("write", (int)(long)LibC.write(file.Number, at, bytes.Length), path);
    }
}
