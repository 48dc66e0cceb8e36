using System.Globalization;
using System.Runtime.InteropServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Violations;

/// <summary>Which user namespace owns a namespace of a process (ioctl_ns(2), NS_GET_USERNS).</summary>
internal static unsafe partial class NamespaceOwner
{
    private const uint GetUserNamespace = 0xB701;

    /// <summary>Its inode number; null where that can't be told.</summary>
    public static uint? Of(int process, string kind)
    {
        try
        {
            using var file = FileDescriptor.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/{kind}"), LibC.O_RDONLY);
            var owner = Control(file.Number, GetUserNamespace, 0);
            if (owner < 0) return null;
            using var held = new FileDescriptor(owner);
            stat status;
            return LibC.fstat(owner, &status) == 0 ? (uint)status.st_ino : null;
        }
        catch (ErrnoException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int fd, nuint request, nint argument);
}
