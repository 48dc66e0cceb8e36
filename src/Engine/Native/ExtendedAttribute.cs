using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>getxattr(2).</summary>
internal static unsafe partial class ExtendedAttribute
{
    /// <summary>The value of an attribute of what a path leads to; null where it has none or it can't be read.</summary>
    public static byte[]? Get(string path, string name)
    {
        var buffer = stackalloc byte[4096];
        fixed (byte* file = Utf8.Terminated(path), attribute = Utf8.Terminated(name))
        {
            var length = (int)Call(file, attribute, buffer, 4096);
            return length < 0 ? null : new ReadOnlySpan<byte>(buffer, length).ToArray();
        }
    }

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    private static partial nint Call(byte* path, byte* name, byte* value, nuint size);
}
