using System.Text;

namespace Sandbox.Bench.Capture;

/// <summary>The remarks in a capture file that name the process of a packet, counted without the engine's reader.</summary>
internal static class ProcessRemarks
{
    private const int Chunk = 1 << 20;

    /// <summary>How many name one process. The packets must be without these bytes.</summary>
    public static long Count(string path, string name)
    {
        using var file = File.OpenRead(path);
        var (sought, buffer) = (Encoding.UTF8.GetBytes("process " + name), new byte[Chunk]);
        var (count, kept) = (0L, 0);
        while (file.Read(buffer, kept, Chunk - kept) is > 0 and var read)
        {
            var filled = kept + read;
            count += buffer.AsSpan(0, filled).Count(sought);
            // Too short to be one, long enough for the begin of any.
            kept = Math.Min(sought.Length - 1, filled);
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
        }

        return count;
    }
}
