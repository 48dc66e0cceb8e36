using System.Text;

namespace Sandbox.Native;

/// <summary>Zero-terminated UTF-8 as the kernel takes it.</summary>
internal static class Utf8
{
    /// <summary>The bytes with a zero behind them; a text with a zero inside can't be passed and is an error.</summary>
    public static byte[] Terminated(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new SandboxException("Text,ZERO_BYTE", SandboxErrorKind.InvalidArgument, $"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}' contains a zero character, which no path, argument or variable can.");
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
