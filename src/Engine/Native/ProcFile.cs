using System.Buffers;
using System.Text;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>
/// Reads a file of proc(5) in as few calls as it takes: such a file has no size and is made anew by each open, and the read-backs of one
/// launch are dozens of them.
/// </summary>
internal static class ProcFile
{
    private const int FirstSize = 16384;

    /// <summary>The whole text.</summary>
    public static unsafe string Read(string path)
    {
        using var file = FileDescriptor.Open(path, LibC.O_RDONLY);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            for (var length = 0; ;)
            {
                if (length == buffer.Length) buffer = Larger(buffer);
                long got;
                fixed (byte* at = buffer) got = (long)LibC.read(file.Number, at + length, buffer.Length - length);
                if (got < 0 && LibC.errno == Errno.EINTR) continue;
                if (Check.Result("read", got, path) == 0) return Encoding.UTF8.GetString(buffer, 0, length);
                length += (int)got;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Larger(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
